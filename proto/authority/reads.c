#include "proto/authority/inside.h"

static bool takes_away(const mu_roster *r, uint32_t grant)
{
    for (; grant != MU_NO_ROW; grant = r->grant[grant].next)
        if (r->grant[grant].read == MU_TAKES)
            return true;
    return false;
}

bool mu_authority_reads_all(const mu_roster *roster, const struct mu_agent_id *agent)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    return roster->begun && seat != NULL && seat->member.standing == MU_STANDING_GOOD &&
           seat->member.not_before_ms == 0 && seat->member.not_after_ms == 0 &&
           !takes_away(roster, seat->grants) &&
           !takes_away(roster, roster->agency[seat->agency].grants);
}
