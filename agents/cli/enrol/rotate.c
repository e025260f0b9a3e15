#include "agents/cli/enrol/rotate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/enrol/retire.h"
#include "proto/authority/page.h"
#include "proto/wire/event.h"

uint64_t mu_rotate_waiting(struct mu_voice *voice, const mu_roster *roster,
                           bool (*is_ours)(const Muster__KeyChange *, const void *),
                           const void *with)
{
    int64_t now_ms = mu_county_now_ms(&voice->county, voice->talk.agent);
    struct mu_waiting_seal w;

    for (size_t i = 0; mu_page_waiting(roster, i, &w); i++) {
        const Muster__Event *event = NULL;

        if (w.until_ms >= now_ms && mu_event_unpack(w.body, &voice->arena, &event, NULL) == MU_OK &&
            event->body_case == MUSTER__EVENT__BODY_KEY_CHANGE && is_ours(event->key_change, with))
            return w.number;
    }
    return 0;
}

int mu_rotate_propose(struct mu_voice *voice, const mu_roster *roster, Muster__KeyChange *change,
                      enum mu_word next)
{
    struct mu_saying saying;
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_KEY_CHANGE, NULL, &voice->how, &saying);
    int code;

    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    saying.event->key_change = change;
    if ((code = mu_seal_say(voice, roster, &saying)) == MU_EXIT_DONE)
        mu_cli_tell(voice->cli, next, voice->talk.dir, NULL);
    return code;
}

bool mu_rotate_is_admin(struct mu_voice *voice, const mu_roster *roster)
{
    const struct mu_member *self = mu_roster_member(roster, mu_agent_self(voice->talk.agent));

    if (self != NULL && self->is_admin && self->standing == MU_STANDING_GOOD)
        return true;
    (void)mu_cli_fail(voice->cli, MU_EXIT_FAILED, MU_W_ROTATE_NO_ADMIN, voice->talk.dir,
                      mu_agent_agency(voice->talk.agent), NULL);
    return false;
}

int mu_rotate_swap(struct mu_cli *cli, const char *seat, const char *next,
                   const struct mu_agent_id *old)
{
    char kept[PATH_MAX], hex[33];
    bool there = access(seat, F_OK) == 0;

    mu_hex(old->b, sizeof old->b, hex);
    snprintf(kept, sizeof kept, "%.*s.%.8s", PATH_MAX - 16, seat, hex);
    if (there && rename(seat, kept) != 0)
        return mu_cli_error(cli, MU_E_SYSTEM, seat);
    if (rename(next, seat) != 0)
        return mu_cli_error(cli, MU_E_SYSTEM, next);
    if (there && cli->form != MU_FORM_JSON)
        mu_cli_tell(cli, MU_W_ROTATE_KEPT, kept, NULL);
    return MU_EXIT_DONE;
}
