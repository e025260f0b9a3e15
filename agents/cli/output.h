/* Data to stdout, in the form asked for: lines for people, TAB-separated fields, or JSON. */
#ifndef MU_CLI_OUTPUT_H
#define MU_CLI_OUTPUT_H

#include "agents/cli/cli.h"
#include "agents/cli/show/render.h"

/* A terminal narrower than this is taken for one that does not say its width. */
#define MU_COLUMNS_LEAST 60

/* How this command shows things to people: language, colour, width, exercise. */
struct mu_style mu_output_style(const struct mu_cli *cli, int offset_min, const mu_names *names);

/* One entry in the form of `cli`: its line (and what hangs below), its fields, or one JSON object. */
void mu_output_entry(const struct mu_cli *cli, const struct mu_style *style,
                     const struct mu_entry *entry);
/* The entry as one JSON object, to free(); NULL when memory is out. */
char *mu_output_json(const struct mu_style *style, const struct mu_entry *entry);
/* One line of plain text from the catalogue, marked EXERCISE when it is one. NULL ends it. */
void mu_output_line(const struct mu_cli *cli, enum mu_word word, ...) __attribute__((sentinel));

/* JSON by hand: `text` as a quoted string; a member of an object that is being written. */
void mu_json_string(struct mu_text *out, const char *text);
void mu_json_member(struct mu_text *out, const char *name, const char *text);
void mu_json_number(struct mu_text *out, const char *name, int64_t value);
/* Whether a member stands before: ", " is then due. */
void mu_json_open(struct mu_text *out);
void mu_json_close(struct mu_text *out);

#endif
