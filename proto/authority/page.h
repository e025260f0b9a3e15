/* The roster as people review it: what each may do, and what waits for a second seal. */
#ifndef MU_AUTHORITY_PAGE_H
#define MU_AUTHORITY_PAGE_H

#include "proto/authority/roster.h"
#include "proto/base/text.h"

/* One line of what somebody may publish or read. Texts are lent until the roster changes. */
struct mu_grant_line {
    bool of_agency;   /* said to the agency, not to the agent alone */
    const char *role; /* it follows this role; "": named kinds */
    const char *area; /* "": everywhere */
    bool publishes, takes_publishing;
    bool reads, takes_reading;
    int64_t from_ms, until_ms; /* 0: open */
    uint32_t row;              /* for mu_page_kinds */
};

/* The `index`th line about this agent, the newest first, its own before its agency's; false past the
 * end. A role's reference data, which hold anywhere, are a line of their own. */
bool mu_page_grant(const mu_roster *roster, const struct mu_agent_id *agent, size_t index,
                   struct mu_grant_line *out);
/* Appends the kinds of a line: "casualty,hospital"; "*" for all that can be granted. */
void mu_page_kinds(const mu_roster *roster, const struct mu_grant_line *line, struct mu_text *out);

/* The `index`th proposal that waits for a second admin; false past the end. */
struct mu_waiting_seal {
    struct mu_hash leaf;
    struct mu_agent_id author;
    uint64_t number;
    int64_t at_ms, until_ms;
    struct mu_bytes body; /* what is proposed, an event; lent like the texts above */
};
bool mu_page_waiting(const mu_roster *roster, size_t index, struct mu_waiting_seal *out);

#endif
