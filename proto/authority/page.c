#include "proto/authority/page.h"

#include "proto/authority/inside.h"

static struct mu_grant_line line_of(const mu_roster *r, uint32_t row, bool of_agency)
{
    const struct mu_grant *g = &r->grant[row];

    return (struct mu_grant_line){
        .of_agency = of_agency,
        .role = g->role,
        .area = g->area,
        .publishes = g->publish == MU_GIVES,
        .takes_publishing = g->publish == MU_TAKES,
        .reads = g->read == MU_GIVES,
        .takes_reading = g->read == MU_TAKES,
        .from_ms = g->from_ms,
        .until_ms = g->until_ms,
        .row = row,
    };
}

/* Rows that name no kind say nothing: a role without reference data has an empty half. Counts `index`
 * down by the lines it passes. */
static bool find(const mu_roster *r, uint32_t list, bool of_agency, size_t *index,
                 struct mu_grant_line *out)
{
    for (uint32_t i = list; i != MU_NO_ROW; i = r->grant[i].next) {
        if (mu_kinds_empty(&r->grant[i].kinds))
            continue;
        if (*index == 0) {
            *out = line_of(r, i, of_agency);
            return true;
        }
        (*index)--;
    }
    return false;
}

bool mu_page_grant(const mu_roster *roster, const struct mu_agent_id *agent, size_t index,
                   struct mu_grant_line *out)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    if (seat == NULL)
        return false;
    return find(roster, seat->grants, false, &index, out) ||
           find(roster, roster->agency[seat->agency].grants, true, &index, out);
}

void mu_page_kinds(const mu_roster *roster, const struct mu_grant_line *line, struct mu_text *out)
{
    const struct mu_kinds *kinds = &roster->grant[line->row].kinds;
    struct mu_kinds all = mu_kinds_grantable();
    bool first = true;

    if (memcmp(kinds, &all, sizeof all) == 0) {
        mu_text_add(out, "*");
        return;
    }
    for (uint32_t kind = 0; kind < MU_KINDS_MAX; kind++) {
        if (!mu_kinds_have(kinds, kind) || mu_kind_name(kind) == NULL)
            continue;
        mu_text_addf(out, "%s%s", first ? "" : ",", mu_kind_name(kind));
        first = false;
    }
}

bool mu_page_waiting(const mu_roster *roster, size_t index, struct mu_waiting_seal *out)
{
    const struct mu_proposal *p;

    if (index >= roster->proposals)
        return false;
    p = &roster->proposal[index];
    *out = (struct mu_waiting_seal){p->leaf,
                                    p->author,
                                    p->number,
                                    p->at_ms,
                                    p->at_ms + MU_PROPOSAL_MS,
                                    {p->body, p->body_size}};
    return true;
}
