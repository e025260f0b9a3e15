/* May this member say this, here, now? Asked of every event, so in order of price: what the scan knows
 * first, the grants next, and only for the few kinds of the roster the event itself. */
#include "proto/authority/inside.h"

#include "proto/topic/area.h"

/* Kinds beside the roster's that only an admin may say; never granted. */
static bool is_for_admins(uint32_t kind)
{
    return mu_kind_is_roster(kind) || kind == MUSTER__EVENT__BODY_ERASURE;
}

/* Another key of the same agency vouches for what a compromised one sent. */
static enum mu_err judge_sponsor(const mu_roster *r, const struct mu_member *m,
                                 const Muster__Event *event, struct mu_fault *fault)
{
    const Muster__Sponsor *sponsor = event == NULL ? NULL : event->sponsor;
    const struct mu_seat *seat;

    if (sponsor == NULL || !sponsor->has_agent)
        return mu_roster_refuse(fault, MU_E_MISSING, "sponsor.agent");
    seat = mu_roster_seat_named(r, true, &sponsor->agent);
    if (seat == NULL || seat->ends == MU_NO_ROW)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "sponsor.agent");
    if (m->standing != MU_STANDING_GOOD || strcmp(seat->member.agency, m->agency) != 0 ||
        mu_agent_id_equal(&seat->member.agent, &m->agent))
        return mu_roster_refuse(fault, MU_E_NOT_GRANTED, "sponsor.agent");
    return MU_OK;
}

static bool same_text(struct mu_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static enum mu_err judge_envelope(const mu_roster *r, const struct mu_member *m,
                                  const struct mu_topic *topic, int64_t now_ms,
                                  struct mu_fault *fault)
{
    if (!window_open(m->not_before_ms, m->not_after_ms, now_ms))
        return mu_roster_refuse(fault, MU_E_GRANT_OVER, "%s", "");
    if (topic->status != r->genesis.status)
        return mu_roster_refuse(fault, MU_E_BAD_STATUS, "envelope.status");
    if (topic->agency.size == 0 || !same_text(topic->agency, m->agency))
        return mu_roster_refuse(fault, MU_E_NOT_GRANTED, "envelope.agency");
    return MU_OK;
}

/* An event that names no area speaks of the whole county. */
static enum mu_err judge_grant(const mu_roster *r, const struct mu_seat *seat,
                               const struct mu_topic *topic, int64_t now_ms, struct mu_fault *fault)
{
    struct mu_bytes area = topic->area.size > 0 ? topic->area : bytes_of(r->genesis.area);

    switch (mu_grant_to_publish(r, seat, topic->kind, area, now_ms)) {
    case MU_GRANT_GIVEN:
        return MU_OK;
    case MU_GRANT_ENDED:
        return mu_roster_refuse(fault, MU_E_GRANT_OVER, "%s", "");
    case MU_GRANT_NO_AREA:
        return mu_roster_refuse(fault, MU_E_NOT_GRANTED, "envelope.area");
    case MU_GRANT_NO_KIND:
    case MU_GRANT_TAKEN:
        break;
    }
    return mu_roster_refuse(fault, MU_E_NOT_GRANTED, "%s", "");
}

static enum mu_err judge_change(const mu_roster *r, const struct mu_member *m,
                                const Muster__Event *event, int64_t now_ms, struct mu_fault *fault)
{
    struct mu_roster_word word = {m->agent, now_ms, 0};

    /* Unlike what he knew, what an admin ordered does not outlive his office. */
    if (!m->is_admin || m->standing != MU_STANDING_GOOD)
        return mu_roster_refuse(fault, MU_E_NOT_ADMIN, "%s", "");
    /* There is one genesis, and it was not judged here. */
    if (event == NULL || event->body_case == MUSTER__EVENT__BODY_GENESIS)
        return mu_roster_refuse(fault, MU_E_NOT_GRANTED, "%s", "");
    return mu_change_check(r, event, &word, fault);
}

enum mu_err mu_authority_judge(const mu_roster *roster, const struct mu_agent_id *agent,
                               const struct mu_topic *topic, const Muster__Event *event,
                               int64_t now_ms, struct mu_fault *fault)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);
    enum mu_err err;

    if (!roster->begun || seat == NULL)
        return mu_roster_refuse(fault, MU_E_NOT_GRANTED, "%s", "");
    if ((err = judge_envelope(roster, &seat->member, topic, now_ms, fault)) != MU_OK)
        return err;
    if (is_for_admins(topic->kind))
        return judge_change(roster, &seat->member, event, now_ms, fault);
    if (topic->kind == MUSTER__EVENT__BODY_SPONSOR)
        return judge_sponsor(roster, &seat->member, event, fault);
    if (mu_kind_is_system(topic->kind))
        return seat->member.is_broker ? MU_OK : mu_roster_refuse(fault, MU_E_NOT_GRANTED, "%s", "");
    return judge_grant(roster, seat, topic, now_ms, fault);
}

/* Where a row gives it, the question for that row's area says whether a later row took it away there. */
static bool gives_somewhere(const mu_roster *r, const struct mu_seat *seat, uint32_t list,
                            uint32_t kind, int64_t now_ms)
{
    for (uint32_t i = list; i != MU_NO_ROW; i = r->grant[i].next) {
        const struct mu_grant *g = &r->grant[i];
        const char *area = g->area[0] != '\0' ? g->area : r->genesis.area;

        if (g->publish == MU_GIVES && mu_kinds_have(&g->kinds, kind) &&
            mu_grant_to_publish(r, seat, kind, bytes_of(area), now_ms) == MU_GRANT_GIVEN)
            return true;
    }
    return false;
}

bool mu_authority_may_say(const mu_roster *roster, const struct mu_agent_id *agent, uint32_t kind,
                          int64_t now_ms)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    if (!roster->begun || seat == NULL ||
        !window_open(seat->member.not_before_ms, seat->member.not_after_ms, now_ms))
        return false;
    return gives_somewhere(roster, seat, seat->grants, kind, now_ms) ||
           gives_somewhere(roster, seat, roster->agency[seat->agency].grants, kind, now_ms);
}

bool mu_authority_may_read(const mu_roster *roster, const struct mu_agent_id *agent, uint32_t kind,
                           struct mu_bytes area, int64_t now_ms)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    if (!roster->begun || seat == NULL || seat->member.standing != MU_STANDING_GOOD)
        return false;
    /* Also before its time and after it: it may look up what it is, and when. */
    if (is_for_admins(kind) || mu_kind_is_system(kind) || kind == MUSTER__EVENT__BODY_SPONSOR)
        return true;
    if (!window_open(seat->member.not_before_ms, seat->member.not_after_ms, now_ms))
        return false;
    if (area.size == 0)
        area = bytes_of(roster->genesis.area);
    return mu_grant_to_read(roster, seat, kind, area, now_ms) != MU_GRANT_TAKEN;
}
