/* Small values as people read them. Each call appends; text from outside is cleaned on the way. */
#ifndef MU_CLI_SHOW_H
#define MU_CLI_SHOW_H

#include "agents/cli/show/render.h"
#include "proto/words/words.h"

/* 10,230 */
void mu_show_count(struct mu_text *out, int64_t value);
/* Thousandths: 6,230 or 0.5 */
void mu_show_milli(struct mu_text *out, int64_t milli);
/* Millimetres as metres: 186.40 */
void mu_show_metres(struct mu_text *out, int64_t mm);
/* 14:03, and with seconds 14:03:02; with the date before it when `dated`. */
void mu_show_clock(struct mu_text *out, const struct mu_style *style, int64_t ms);
void mu_show_seconds(struct mu_text *out, const struct mu_style *style, int64_t ms);
/* 2031-07-16T14:03:02+08:00 */
void mu_show_iso(struct mu_text *out, const struct mu_style *style, int64_t ms);
/* "Liulin Middle School" for "S1"; the key itself when nobody named it. */
void mu_show_name(struct mu_text *out, const struct mu_style *style, const char *key);
/* "S1 Liulin Middle School": the key too, because people type it; of an area the name alone. */
void mu_show_named(struct mu_text *out, const struct mu_style *style, const char *key);
void mu_show_item(struct mu_text *out, const struct mu_style *style, const char *item);
void mu_show_role(struct mu_text *out, const struct mu_style *style, const char *role);
/* The agency an agent was enrolled for, "-" when that is not known. */
void mu_show_agent(struct mu_text *out, const struct mu_style *style,
                   const struct mu_agent_id *agent);
void mu_show_number(struct mu_text *out, const struct mu_style *style,
                    const Muster__Number *number);
void mu_show_quantity(struct mu_text *out, const struct mu_style *style,
                      const Muster__ItemQuantity *quantity);
void mu_show_window(struct mu_text *out, const struct mu_style *style,
                    const Muster__Window *window);
void mu_show_edge(struct mu_text *out, const struct mu_style *style, const Muster__EdgeUse *edge);
void mu_show_ref(struct mu_text *out, const Muster__Ref *ref);
/* Word for a coded value. */
void mu_show_term(struct mu_text *out, const struct mu_style *style, const char *type,
                  uint32_t value);
/* Pads with blanks until `from` (an offset in out->at) is `columns` wide. */
void mu_show_pad(struct mu_text *out, size_t from, size_t columns);

#endif
