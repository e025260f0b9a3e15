/* What a compromised key sends after it was reported. It cannot be told whether the agency said it before
 * the key was lost or a thief says it now, so it is neither taken nor thrown away: its entries are refused
 * as QUARANTINED, each sequence consumed and each leaf on record, and the sealed batch is kept beside them
 * in an event of the broker's own. Nobody folds it. Another key of the agency may say it again, and say
 * with a Sponsor which entries it vouches for.
 *
 * A thief must not fill the record with it: an hour takes so much and no more. */
#include "broker/desk/inside.h"

#include <string.h>

#include "proto/base/clock.h"

#define APART_BYTES_HOUR ((size_t)4 * 1024 * 1024)
/* A batch of one event may be as large as an event; this one has to hold it, and says some things more. */
#define BATCH_BYTES_MAX (MU_EVENT_BYTES_MAX - 4096u)
#define RETRY_MS 60000u

enum mu_err mu_quarantine_gate(mu_desk *desk, struct mu_proposal *p)
{
    if (!p->apart || p->again)
        return MU_OK;
    if (desk->apart_since_ms == 0 || desk->machine_ms - desk->apart_since_ms >= MU_HOUR_MS) {
        desk->apart_since_ms = desk->machine_ms;
        desk->apart_bytes = 0;
    }
    if (desk->apart_bytes + p->bytes.size > APART_BYTES_HOUR) {
        p->retry_ms = RETRY_MS;
        return MU_E_RATE;
    }
    desk->apart_bytes += p->bytes.size;
    return MU_OK;
}

void mu_quarantine_judge(mu_desk *desk, const struct mu_batch *batch)
{
    for (uint32_t i = 0; i < batch->seal.count; i++) {
        desk->verdicts[i] = (struct mu_verdict){MU_E_QUARANTINED, ""};
        desk->is_roster[i] = false;
        desk->wake_at_ms[i] = 0;
    }
}

enum mu_err mu_quarantine_keep(mu_desk *desk, const struct mu_seal *seal, struct mu_bytes bytes,
                               uint64_t first_number)
{
    const struct mu_member *member = mu_roster_member(desk->roster, &seal->agent);
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Quarantine q = MUSTER__QUARANTINE__INIT;
    struct mu_agent_id agent = seal->agent;
    char agency[MU_NAME_BYTES_MAX];

    MU_CHECK(member != NULL);
    memcpy(agency, member->agency, sizeof agency);
    q.has_agent = q.has_instance = q.has_lane = q.has_first_number = true;
    q.has_first_sequence = q.has_last_sequence = true;
    q.agent = (ProtobufCBinaryData){sizeof agent.b, agent.b};
    q.agency = agency;
    q.instance = seal->instance;
    q.lane = seal->lane;
    q.first_sequence = seal->first_sequence;
    q.last_sequence = seal->first_sequence + seal->count - 1;
    q.first_number = first_number;
    q.has_batch = bytes.size <= BATCH_BYTES_MAX;
    if (q.has_batch)
        q.batch = (ProtobufCBinaryData){bytes.size, (uint8_t *)(uintptr_t)bytes.data};
    event.body_case = MUSTER__EVENT__BODY_QUARANTINE;
    event.quarantine = &q;
    return mu_author_say(desk, &event);
}
