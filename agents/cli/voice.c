#include "agents/cli/voice.h"

#include "agents/cli/accountable.h"
#include "agents/cli/caution.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/output.h"
#include "agents/cli/show/show.h"
#include "proto/picture/card.h"

#define SHORT_WAIT_MS 2000
#define ARENA_BYTES_MAX (4u << 20)

/* ---- open --------------------------------------------------------------------------------------- */

static int short_wait(const struct mu_cli *cli, bool wait)
{
    return wait || cli->timeout_ms < SHORT_WAIT_MS ? cli->timeout_ms : SHORT_WAIT_MS;
}

/* What kept us from the broker is no failure yet: what is said is kept. */
static void try_broker(struct mu_voice *voice, bool wait)
{
    voice->why = mu_talk_reach(&voice->talk, short_wait(voice->cli, wait));
    if (voice->why == MU_OK)
        voice->why = mu_county_learn(&voice->talk, voice->talk.dir, &voice->county);
    voice->reached = voice->why == MU_OK;
}

int mu_voice_open(struct mu_voice *voice, struct mu_cli *cli, bool wait)
{
    int code;

    *voice = (struct mu_voice){.cli = cli, .arena = mu_arena_make(ARENA_BYTES_MAX)};
    code = mu_talk_open(&voice->talk, cli, false);
    if (code != MU_EXIT_DONE)
        return code;
    mu_county_read(voice->talk.dir, &voice->county);
    try_broker(voice, wait);
    cli->exercise = voice->county.status == MUSTER__STATUS__STATUS_EXERCISE;
    int64_t now_ms = mu_county_now_ms(&voice->county, voice->talk.agent);
    voice->how = (struct mu_assign){.arena = &voice->arena,
                                    .day_ms = mu_county_day_ms(&voice->county, now_ms),
                                    .offset_min = voice->county.offset_min,
                                    .fault = &voice->fault};
    return MU_EXIT_DONE;
}

void mu_voice_close(struct mu_voice *voice)
{
    mu_picture_free(&voice->picture);
    mu_names_free(&voice->names);
    mu_arena_free(&voice->arena);
    mu_talk_close(&voice->talk);
}

/* ---- looking things up ----------------------------------------------------------------------------- */

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    struct mu_voice *voice = user;
    enum mu_err err = mu_names_learn(voice->names, entry);

    return err == MU_OK ? mu_picture_fold(voice->picture, entry) : err;
}

int mu_voice_look(struct mu_voice *voice)
{
    enum mu_err err = MU_OK;

    if (voice->picture != NULL)
        return MU_EXIT_DONE;
    if (!voice->reached)
        return mu_talk_explain(&voice->talk, voice->why);
    if ((err = mu_names_new(&voice->names)) != MU_OK ||
        (err = mu_picture_new(&voice->picture)) != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    voice->talk.on_entry = fold;
    voice->talk.user = voice;
    err = mu_talk_read(&voice->talk, "", 1);
    voice->talk.on_entry = NULL;
    return err == MU_OK ? MU_EXIT_DONE : mu_talk_explain(&voice->talk, err);
}

static enum mu_err find_ref(void *user, uint32_t kind, const char *object, uint32_t *version,
                            struct mu_hash *leaf)
{
    const mu_picture *picture = user;
    const struct mu_object *found =
        kind == 0 ? mu_picture_named(picture, object) : mu_picture_object(picture, kind, object);
    const struct mu_said *said = NULL;

    if (found != NULL)
        said = *version == 0 ? mu_object_head(found) : mu_object_version(found, *version);
    if (said == NULL)
        return MU_E_ABSENT;
    *version = said->version;
    *leaf = said->leaf;
    return MU_OK;
}

static enum mu_err take_hash(const ProtobufCBinaryData *bytes, int has, struct mu_hash *out)
{
    *out = (struct mu_hash){{0}};
    if (!has || bytes->len != sizeof out->b)
        return MU_E_ABSENT;
    memcpy(out->b, bytes->data, sizeof out->b);
    return MU_OK;
}

static enum mu_err find_card(void *user, uint32_t rule, const char *subject,
                             struct mu_hash *card_id, struct mu_hash *finding_id)
{
    char name[128];
    const struct mu_card *card;

    snprintf(name, sizeof name, "%s:%s", mu_say_rule_name(rule), subject);
    card = mu_picture_card_named(user, name);
    if (card == NULL || !card->open)
        return MU_E_ABSENT;
    (void)take_hash(&card->finding->finding_id, card->finding->has_finding_id, finding_id);
    return take_hash(&card->finding->card_id, card->finding->has_card_id, card_id);
}

/* What cites the record cannot be said without it. A version or an area left open is looked up when
 * that can be done, and left to the defaults when not. */
static int look_up(struct mu_voice *voice, const struct mu_saying *saying)
{
    const Muster__Envelope *envelope = saying->event->envelope;
    bool open = envelope != NULL && envelope->object != NULL &&
                (!envelope->has_version || envelope->area == NULL);

    if (mu_say_asks(saying) || (open && voice->reached))
        return mu_voice_look(voice);
    return MU_EXIT_DONE;
}

static int resolve(struct mu_voice *voice, struct mu_saying *saying)
{
    struct mu_say_resolver resolver = {find_ref, find_card, voice->picture};

    if (voice->picture == NULL)
        return MU_EXIT_DONE;
    enum mu_err err = mu_say_resolve(saying, &resolver, &voice->how);
    if (err == MU_E_ABSENT)
        return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NOT_IN_RECORD, voice->fault.path, NULL);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(voice->cli, err, voice->fault.path);
}

/* ---- what became of it ------------------------------------------------------------------------------- */

static void print_json(const struct mu_voice *voice, const char *what, uint64_t waiting)
{
    const struct mu_talk *talk = &voice->talk;
    char line[1024], hex[65];
    struct mu_text out = mu_text(line, sizeof line);

    mu_json_open(&out);
    mu_json_member(&out, "result", what);
    mu_hex(talk->kept.leaf.b, sizeof talk->kept.leaf.b, hex);
    mu_json_member(&out, "leaf", hex);
    mu_json_number(&out, "lane", talk->kept.lane);
    mu_json_number(&out, "sequence", (int64_t)talk->kept.sequence);
    if (talk->answered) {
        mu_json_number(&out, "number", (int64_t)talk->answer.number);
        mu_json_number(&out, "code", talk->answer.code);
        mu_json_member(&out, "path", talk->answer_path);
    }
    if (!talk->answered && talk->held != MU_OK)
        mu_json_member(&out, "why", mu_err_code(talk->held));
    mu_json_number(&out, "waiting", (int64_t)waiting);
    mu_json_close(&out);
    puts(line);
}

static int print_accepted(const struct mu_voice *voice)
{
    const struct mu_cli *cli = voice->cli;
    struct mu_style style = {.lang = cli->lang, .offset_min = voice->county.offset_min};
    char number[32], clock[32];
    struct mu_text text = mu_text(clock, sizeof clock);

    if (cli->form == MU_FORM_JSON) {
        print_json(voice, "accepted", mu_agent_unsettled(voice->talk.agent));
        return MU_EXIT_DONE;
    }
    snprintf(number, sizeof number, "%" PRIu64, voice->talk.answer.number);
    mu_show_seconds(&text, &style, voice->talk.answer.accepted_at_ms);
    mu_output_line(cli, MU_W_ACCEPTED, number, clock, NULL);
    return MU_EXIT_DONE;
}

static int print_kept(const struct mu_voice *voice, bool wait)
{
    uint64_t waiting = mu_agent_unsettled(voice->talk.agent);
    char count[32];

    snprintf(count, sizeof count, "%" PRIu64, waiting);
    if (voice->cli->form == MU_FORM_JSON)
        print_json(voice, "kept", waiting);
    else
        mu_output_line(voice->cli, MU_W_KEPT, count, NULL);
    if (voice->talk.held != MU_OK) { /* it did answer: not now, and why */
        (void)mu_cli_error(voice->cli, voice->talk.held, NULL);
        return wait ? MU_EXIT_UNREACHABLE : MU_EXIT_DONE;
    }
    if (!wait)
        return MU_EXIT_DONE;
    return mu_talk_explain(&voice->talk, MU_E_UNREACHABLE);
}

static int print_refused(const struct mu_voice *voice)
{
    if (voice->cli->form == MU_FORM_JSON)
        print_json(voice, "refused", mu_agent_unsettled(voice->talk.agent));
    return mu_cli_error(voice->cli, voice->talk.answer.code, voice->talk.answer_path);
}

/* ---- say ---------------------------------------------------------------------------------------------- */

/* Where the object was last said to be; progress need not repeat it. */
static const char *known_area(const struct mu_voice *voice, const struct mu_saying *saying)
{
    const Muster__Envelope *envelope = saying->event->envelope;
    const struct mu_object *object = NULL;

    if (voice->picture != NULL && envelope != NULL && envelope->object != NULL)
        object = mu_picture_object(voice->picture, saying->kind, envelope->object);
    const struct mu_said *head = object == NULL ? NULL : mu_object_head(object);
    return head == NULL ? NULL : head->event->envelope->area;
}

/* A township's desk means its township: in the county at large it may say nothing, and what is refused
 * for a place nobody named is lost to everybody. */
static const char *area_meant(const struct mu_voice *voice, const struct mu_saying *saying)
{
    const struct mu_county *county = &voice->county;
    const char *area = known_area(voice, saying);

    return area != NULL              ? area
           : county->home[0] != '\0' ? county->home
           : county->area[0] != '\0' ? county->area
                                     : NULL;
}

static enum mu_err fill(struct mu_voice *voice, struct mu_saying *saying)
{
    struct mu_say_defaults defaults = {
        .agency = mu_agent_agency(voice->talk.agent),
        .area = area_meant(voice, saying),
        .status = voice->county.status,
        .now_ms = mu_county_now_ms(&voice->county, voice->talk.agent),
        .clock_quality = (uint32_t)mu_agent_clock_quality(voice->talk.agent),
    };

    return mu_say_fill(saying, &defaults, &voice->how);
}

int mu_voice_prepare(struct mu_voice *voice, struct mu_saying *saying)
{
    int code = look_up(voice, saying);

    if (code != MU_EXIT_DONE)
        return code;
    enum mu_err err = fill(voice, saying);
    if (err == MU_OK && (code = mu_accountable_check(voice, saying)) != MU_EXIT_DONE)
        return code;
    return err == MU_OK ? resolve(voice, saying) : mu_cli_error(voice->cli, err, NULL);
}

/* Away is no failure: what was said is kept. A broker that refuses us, or whose yes does not verify, is
 * one, though what was said is kept all the same. */
static bool is_only_away(enum mu_err why)
{
    return why == MU_OK || why == MU_E_UNREACHABLE || why == MU_E_TIMEOUT;
}

int mu_voice_send(struct mu_voice *voice, const struct mu_saying *saying, bool wait)
{
    mu_caution_load(voice, saying);
    mu_caution_clock(voice);
    enum mu_err err = mu_talk_say(&voice->talk, saying->event, &voice->fault);

    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, voice->fault.path);
    if (voice->reached || wait)
        voice->why = mu_talk_settle(&voice->talk, short_wait(voice->cli, wait));
    if (!voice->talk.answered && !is_only_away(voice->why))
        return mu_cli_error(voice->cli, voice->why, NULL);
    if (!voice->talk.answered)
        return print_kept(voice, wait);
    return voice->talk.answer.code == MU_OK ? print_accepted(voice) : print_refused(voice);
}

int mu_voice_say(struct mu_voice *voice, struct mu_saying *saying, bool wait)
{
    int code = mu_voice_prepare(voice, saying);

    return code == MU_EXIT_DONE ? mu_voice_send(voice, saying, wait) : code;
}

/* ---- bad words ------------------------------------------------------------------------------------------ */

static int explain_kind(const struct mu_voice *voice)
{
    char near[64];
    struct mu_text text = mu_text(near, sizeof near);

    if (mu_say_near_kind(voice->fault.path, &text))
        return mu_cli_misused(voice->cli, MU_W_UNKNOWN_KIND_NEAR, voice->fault.path, near, NULL);
    return mu_cli_misused(voice->cli, MU_W_UNKNOWN_KIND, voice->fault.path, NULL);
}

static int explain_field(const struct mu_voice *voice, uint32_t kind)
{
    char near[128];
    struct mu_text text = mu_text(near, sizeof near);
    const char *name = mu_kind_name(kind);

    if (mu_say_near_field(kind, voice->fault.path, &text))
        return mu_cli_misused(voice->cli, MU_W_UNKNOWN_FIELD_NEAR, name, voice->fault.path, near,
                              NULL);
    return mu_cli_misused(voice->cli, MU_W_UNKNOWN_FIELD, name, voice->fault.path, NULL);
}

static int explain_value(const struct mu_voice *voice, uint32_t kind)
{
    char takes[1024];
    struct mu_text text = mu_text(takes, sizeof takes);

    mu_say_takes(kind, voice->fault.path, &text);
    if (text.used > 0)
        return mu_cli_misused(voice->cli, MU_W_BAD_FIELD_VALUE, voice->fault.path, takes, NULL);
    return mu_cli_misused(voice->cli, MU_W_BAD_FIELD, voice->fault.path, NULL);
}

int mu_voice_explain(const struct mu_voice *voice, enum mu_err err, uint32_t kind)
{
    switch (err) {
    case MU_E_NO_KIND:
        return explain_kind(voice);
    case MU_E_ABSENT:
        return explain_field(voice, kind);
    case MU_E_BAD_VALUE:
        return explain_value(voice, kind);
    case MU_E_USAGE:
        return voice->fault.path[0] == '\0'
                   ? mu_cli_misused(voice->cli, MU_W_SAY_WHAT, NULL)
                   : mu_cli_misused(voice->cli, MU_W_NO_FIELD_VALUE, voice->fault.path, NULL);
    default:
        return mu_cli_error(voice->cli, err, voice->fault.path);
    }
}
