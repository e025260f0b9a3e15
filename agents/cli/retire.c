/* The end of a key. Sequences are each instance's own: first the agent as a whole is retired, then how far
 * each of its instances may still be heard is said, since of two retirements the newer counts. */
#include "agents/cli/retire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ENDS_MAX 64u

/* One instance of an agent: how far each lane got. */
struct instance_end {
    uint64_t instance;
    uint64_t last[MU_LANES];
};

struct ending {
    struct mu_voice *voice;
    const mu_roster *roster;
    const struct mu_retirement *what;
    struct instance_end ends[ENDS_MAX];
    size_t count;
};

int mu_seal_say(struct mu_voice *voice, const mu_roster *roster, struct mu_saying *saying)
{
    const struct mu_agent_id *self = mu_agent_self(voice->talk.agent);
    int code = mu_voice_say(voice, saying, true);
    char number[32];

    if (code != MU_EXIT_DONE || !mu_authority_needs_two_seals(roster, self, saying->event))
        return code;
    snprintf(number, sizeof number, "%" PRIu64, voice->talk.answer.number);
    mu_cli_tell(voice->cli, MU_W_NEEDS_SECOND_SEAL, number, NULL);
    return code;
}

/* ---- how far it got -------------------------------------------------------------------------------- */

/* The one of this instance; a new one takes the place of the one heard first when there are too many. */
static struct instance_end *end_of(struct ending *e, uint64_t instance)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->ends[i].instance == instance)
            return &e->ends[i];
    if (e->count == ENDS_MAX)
        memmove(e->ends, e->ends + 1, --e->count * sizeof e->ends[0]);
    e->ends[e->count] = (struct instance_end){.instance = instance};
    return &e->ends[e->count++];
}

/* Refusals consumed a sequence too, so everything is looked at. */
static enum mu_err note(void *user, const struct mu_entry *entry)
{
    struct ending *e = user;
    struct instance_end *end;

    if (!mu_agent_id_equal(&entry->agent, &e->what->agent))
        return MU_OK;
    end = end_of(e, entry->instance);
    if (entry->sequence > end->last[entry->lane])
        end->last[entry->lane] = entry->sequence;
    return MU_OK;
}

static enum mu_err read_ends(struct ending *e)
{
    enum mu_err err;

    e->voice->talk.on_entry = note;
    e->voice->talk.user = e;
    err = mu_talk_read(&e->voice->talk, "", 1);
    e->voice->talk.on_entry = NULL;
    return err;
}

/* ---- saying it ------------------------------------------------------------------------------------- */

static int set(struct ending *e, struct mu_saying *saying, const char *field, const char *value)
{
    enum mu_err err = value == NULL ? MU_OK : mu_say_set(saying, field, value, &e->voice->how);

    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(e->voice, err, saying->kind);
}

static int set_id(struct ending *e, struct mu_saying *saying, const char *field,
                  const struct mu_agent_id *id)
{
    char hex[33];

    if (id == NULL)
        return MU_EXIT_DONE;
    mu_hex(id->b, sizeof id->b, hex);
    return set(e, saying, field, hex);
}

static int set_lanes(struct ending *e, struct mu_saying *saying, const struct instance_end *end)
{
    char field[64], value[32];
    int code;

    snprintf(value, sizeof value, "%" PRIu64, end->instance);
    code = set(e, saying, "retire.instance", value);
    for (unsigned lane = 0; code == MU_EXIT_DONE && lane < MU_LANES; lane++) {
        snprintf(field, sizeof field, "retire.lanes[%u].lane", lane);
        snprintf(value, sizeof value, "%u", lane);
        if ((code = set(e, saying, field, value)) != MU_EXIT_DONE)
            break;
        snprintf(field, sizeof field, "retire.lanes[%u].last_sequence", lane);
        snprintf(value, sizeof value, "%" PRIu64, end->last[lane] + e->what->backlog);
        code = set(e, saying, field, value);
    }
    return code;
}

static int say_end(struct ending *e, const struct instance_end *end)
{
    struct mu_saying saying;
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_RETIRE, NULL, &e->voice->how, &saying);
    int code = err == MU_OK ? MU_EXIT_DONE : mu_cli_error(e->voice->cli, err, NULL);

    if (code == MU_EXIT_DONE)
        code = set_id(e, &saying, "retire.agent", &e->what->agent);
    if (code == MU_EXIT_DONE)
        code = set_id(e, &saying, "retire.successor", e->what->successor);
    if (code == MU_EXIT_DONE && end != NULL)
        code = set_lanes(e, &saying, end);
    if (code == MU_EXIT_DONE)
        code = set(e, &saying, "retire.reason", e->what->reason);
    return code == MU_EXIT_DONE ? mu_seal_say(e->voice, e->roster, &saying) : code;
}

int mu_retire(struct mu_voice *voice, const mu_roster *roster, const struct mu_retirement *what)
{
    struct ending e = {.voice = voice, .roster = roster, .what = what};
    enum mu_err err = read_ends(&e);
    int code;

    if (err != MU_OK)
        return mu_talk_explain(&voice->talk, err);
    code = say_end(&e, NULL);
    for (size_t i = 0; code == MU_EXIT_DONE && i < e.count; i++)
        code = say_end(&e, &e.ends[i]);
    return code;
}
