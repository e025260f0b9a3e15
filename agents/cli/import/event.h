/* A row of a published table as events: the shelter once, then each count as its status and as a
 * figure. No sum, no mean, nothing the table does not say; what it leaves open is listed as not stated.
 */
#ifndef MU_CLI_IMPORT_EVENT_H
#define MU_CLI_IMPORT_EVENT_H

#include "agents/cli/import/nanao.h"
#include "proto/wire/say.h"

/* What a shelter is, as far as the table says: told again only when one of these changes. */
struct mu_import_facts {
    char name[256];
    char address[256];
    char telephone[32];
    char area[MU_TOPIC_BYTES_MAX];
    bool has_place, has_capacity;
    int32_t lat_e7, lon_e7;
    uint32_t capacity;
};
struct mu_import_facts mu_import_facts_of_row(const struct mu_nanao_row *row);
struct mu_import_facts mu_import_facts_of_event(const Muster__Event *event);
bool mu_import_facts_equal(const struct mu_import_facts *a, const struct mu_import_facts *b);

/* Each makes an event lent by `arena`, envelope without agency, status and sending time: those are the
 * sender's (mu_say_fill). `origin` is "FILE:LINE". Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_import_shelter(const struct mu_nanao_row *row, const char *origin,
                                          uint32_t version, mu_arena *arena, struct mu_saying *out);
MU_MUST_USE enum mu_err mu_import_status(const struct mu_nanao_row *row, const char *origin,
                                         uint32_t version, mu_arena *arena, struct mu_saying *out);
MU_MUST_USE enum mu_err mu_import_figure(const struct mu_nanao_row *row, const char *origin,
                                         uint32_t version, mu_arena *arena, struct mu_saying *out);

#endif
