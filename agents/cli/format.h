/* Entries in a form the caller chose: "{time} {agency} {kind} {object}". */
#ifndef MU_CLI_FORMAT_H
#define MU_CLI_FORMAT_H

#include "agents/cli/show/render.h"

/* Whether every {name} of the template is one we know; if not, *wrong (of `size` bytes) names the first. */
bool mu_format_ok(const char *template, char *wrong, size_t size);
/* The names there are, as "{number} {time} ...". */
void mu_format_names(struct mu_text *out);
/* The entry as the template wants it. \t and \n in the template are what they are in C. Text from
 * outside is cleaned. */
void mu_format_entry(struct mu_text *out, const char *template, const struct mu_style *style,
                     const struct mu_entry *entry);

#endif
