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

/* The field's value, which the caller frees; NULL when it is missing or no text. */
extern char *form_value(const Buf *body, const char *name);

/* Escapes text for an element or a quoted attribute, and appends it. */
extern void html_text(Buf *page, const char *text);

#endif							/* HC_FORM_H */
