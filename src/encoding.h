/*-------------------------------------------------------------------------
 *
 * encoding.h
 *		Between the database's encoding and UTF-8, without ever raising.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ENCODING_H
#define HCJWT_ENCODING_H

/*
 * Both return the text itself where there is nothing to convert: in UTF8, in
 * SQL_ASCII (which holds any bytes), and where all of it is ASCII
 * (MULE_INTERNAL has no conversion even for that).  They return a palloc'd
 * terminated copy where they convert, and NULL where the other encoding lacks a
 * character or the input is ill-formed. *outlen is the result's length.
 */
extern const char *server_to_utf8(const char *text, size_t len, size_t *outlen);
extern const char *utf8_to_server(const char *text, size_t len, size_t *outlen);

#endif							/* HCJWT_ENCODING_H */
