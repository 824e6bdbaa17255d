/*-------------------------------------------------------------------------
 *
 * form.h
 *	  reading submitted forms, writing HTML
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_FORM_H
#define HC_FORM_H

#include "base/text.h"

/* The field's value, to be freed; NULL when it is not there or not text. */
extern char *form_value(const Buf *body, const char *name);

/* Appends text so that it is text, in an element or a quoted attribute. */
extern void html_text(Buf *page, const char *text);

#endif							/* HC_FORM_H */
