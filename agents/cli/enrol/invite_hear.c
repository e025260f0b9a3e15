/* What a newcomer says: knock, request, taken; and what it is told in between. */
#include "agents/cli/enrol/invite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/output.h"
#include "proto/sign/digest.h"
#include "proto/wire/event.h"

/* A machine that says nonsense is sent away, and the invitation with it: the code is no secret any more. */
static void give_up(struct mu_invite *invite, enum mu_err why)
{
    mu_invite_shut(invite, why);
    mu_invite_end(invite, mu_cli_error(invite->cli, why, invite->agency));
}

static struct mu_bytes text_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, strlen(text)};
}

/* ---- knock --------------------------------------------------------------------------------------- */

static void challenge(struct mu_invite *invite)
{
    const struct mu_genesis *genesis = mu_roster_genesis(invite->roster);
    const struct mu_member *broker = mu_roster_member(invite->roster, &genesis->broker);
    struct mu_writer w = mu_writer(invite->challenge, sizeof invite->challenge);
    struct mu_join_challenge m = {
        .log = genesis->log,
        .agency = text_of(invite->agency),
        .county = text_of(invite->cli->lang == MU_LANG_ZH ? genesis->county_zh : genesis->county),
    };

    memcpy(m.log_key.b, broker->public.b, sizeof m.log_key.b);
    memcpy(m.broker_curve.b, broker->curve, sizeof m.broker_curve.b);
    if (invite->replaces)
        memcpy(m.replaces.b, invite->old.b, sizeof invite->old.b);
    if (mu_random(&m.nonce, sizeof m.nonce) != MU_OK) {
        give_up(invite, MU_E_SYSTEM);
        return;
    }
    mu_join_challenge_write(&w, &m);
    invite->challenge_size = w.used;
    invite->stage = MU_INVITE_CHALLENGED;
    mu_invite_pass(invite, &w);
}

static void take_knock(struct mu_invite *invite, const struct mu_join_knock *m)
{
    if (invite->stage ==
        MU_INVITE_ANSWERED) { /* what was decided was decided for another request */
        mu_invite_shut(invite, MU_E_CODE_USED);
        mu_invite_end(invite, mu_cli_fail(invite->cli, MU_EXIT_LATER, MU_W_INVITE_LEFT_ENROLLED,
                                          invite->agency, NULL));
        return;
    }
    if (invite->stage == MU_INVITE_ASKING)
        mu_cli_tell(invite->cli, MU_W_INVITE_AGAIN, NULL);
    invite->commitment = m->commitment;
    challenge(invite);
}

/* ---- request ------------------------------------------------------------------------------------- */

static bool has_bytes(protobuf_c_boolean has, const ProtobufCBinaryData *bytes, size_t size)
{
    return has && bytes->len == size;
}

/* It committed itself before it was challenged, and holds the key it asks for. */
static enum mu_err check_request(const struct mu_invite *invite, const struct mu_join_request *m,
                                 const Muster__Enrolment *e)
{
    struct mu_bytes challenge_bytes = {invite->challenge, invite->challenge_size};
    struct mu_hash digest;
    struct mu_public public;
    mu_verifier *verifier = NULL;
    enum mu_err err;

    mu_join_commit(&m->nonce, m->enrolment, &digest);
    if (!mu_hash_equal(&digest, &invite->commitment))
        return MU_E_PROOF;
    if (!has_bytes(e->has_sign_key, &e->sign_key, sizeof public.b) ||
        !has_bytes(e->has_curve_key, &e->curve_key, MU_CURVE_BYTES) ||
        !has_bytes(e->has_agent, &e->agent, sizeof(struct mu_agent_id)))
        return MU_E_MISSING;
    memcpy(public.b, e->sign_key.data, sizeof public.b);
    mu_join_to_sign(challenge_bytes, &m->nonce, m->enrolment, &digest);
    if ((err = mu_verifier_open(&public, &verifier)) == MU_OK)
        err =
            mu_verifier_check(verifier, (struct mu_bytes){digest.b, sizeof digest.b}, m->signature);
    mu_verifier_close(&verifier);
    return err;
}

static enum mu_err read_request(struct mu_invite *invite, const struct mu_join_request *m)
{
    const Muster__Event *event = NULL;
    enum mu_err err =
        mu_event_unpack(m->enrolment, &invite->voice.arena, &event, &invite->voice.fault);

    if (err != MU_OK)
        return err;
    if (event->body_case != MUSTER__EVENT__BODY_ENROLMENT)
        return MU_E_NO_KIND;
    invite->wanted = event->enrolment;
    return check_request(invite, m, event->enrolment);
}

static void take_request(struct mu_invite *invite, struct mu_bytes message,
                         const struct mu_join_request *m)
{
    struct mu_join_message again;
    enum mu_err err;

    if (invite->stage != MU_INVITE_CHALLENGED) {
        give_up(invite, MU_E_OUT_OF_TURN);
        return;
    }
    memcpy(invite->request, message.data, message.size); /* the queue is used again */
    invite->request_size = message.size;
    (void)m;
    err = mu_join_read((struct mu_bytes){invite->request, invite->request_size}, &again);
    if (err == MU_OK)
        err = read_request(invite, &again.as.request);
    if (err != MU_OK) {
        give_up(invite, err);
        return;
    }
    mu_join_words((struct mu_bytes){invite->challenge, invite->challenge_size},
                  (struct mu_bytes){invite->request, invite->request_size}, invite->words);
    mu_invite_ask(invite);
}

/* ---- taken, gone --------------------------------------------------------------------------------- */

static void take_taken(struct mu_invite *invite)
{
    if (invite->stage != MU_INVITE_ANSWERED) {
        give_up(invite, MU_E_OUT_OF_TURN);
        return;
    }
    mu_invite_shut(invite, MU_OK);
    if (invite->cli->form == MU_FORM_JSON)
        puts("{\"result\": \"joined\"}");
    else
        mu_output_line(invite->cli, MU_W_INVITE_JOINED, invite->agency, NULL);
    mu_invite_end(invite, invite->replaces ? mu_invite_retire_old(invite) : MU_EXIT_DONE);
}

static void take_gone(struct mu_invite *invite)
{
    if (invite->stage == MU_INVITE_ANSWERED) {
        mu_invite_shut(invite, MU_OK);
        mu_invite_end(invite, mu_cli_fail(invite->cli, MU_EXIT_LATER, MU_W_INVITE_LEFT_ENROLLED,
                                          invite->agency, NULL));
        return;
    }
    invite->stage = MU_INVITE_WAITING;
    mu_cli_tell(invite->cli, MU_W_INVITE_GONE, NULL);
}

void mu_invite_hear(struct mu_invite *invite, struct mu_bytes message)
{
    struct mu_join_message m;
    enum mu_err err;

    if (message.size == 0) {
        take_gone(invite);
        return;
    }
    if ((err = mu_join_read(message, &m)) != MU_OK) {
        give_up(invite, err);
        return;
    }
    if (m.type == MU_JOIN_KNOCK)
        take_knock(invite, &m.as.knock);
    else if (m.type == MU_JOIN_REQUEST)
        take_request(invite, message, &m.as.request);
    else if (m.type == MU_JOIN_TAKEN)
        take_taken(invite);
    else
        give_up(invite, MU_E_OUT_OF_TURN);
}
