/* The end of a key. Sequences are each instance's own: first the agent as a whole is retired, then how far
 * each of its instances may still be heard is said, since of two retirements the newer counts. */
#include "agents/cli/enrol/retire.h"

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

static ProtobufCBinaryData copy_id(mu_arena *arena, const struct mu_agent_id *id)
{
    return (ProtobufCBinaryData){.len = sizeof id->b,
                                 .data = mu_arena_copy(arena, id->b, sizeof id->b)};
}

static bool fill_lanes(mu_arena *arena, const struct instance_end *end, uint64_t backlog,
                       Muster__Retire *out)
{
    out->has_instance = 1;
    out->instance = end->instance;
    out->lanes = mu_arena_take(arena, MU_LANES * sizeof(Muster__LaneEnd *));
    for (uint32_t lane = 0; out->lanes != NULL && lane < MU_LANES; lane++) {
        Muster__LaneEnd *to = mu_arena_take(arena, sizeof *to);

        if (to == NULL)
            return false;
        muster__lane_end__init(to);
        to->has_lane = to->has_last_sequence = 1;
        to->lane = lane;
        to->last_sequence = end->last[lane] + backlog;
        out->lanes[out->n_lanes++] = to;
    }
    return out->lanes != NULL;
}

/* `end` NULL: of the agent as a whole. NULL without memory. */
static Muster__Retire *make_end(struct ending *e, const struct instance_end *end)
{
    mu_arena *arena = &e->voice->arena;
    Muster__Retire *out = mu_arena_take(arena, sizeof *out);

    if (out == NULL)
        return NULL;
    muster__retire__init(out);
    out->has_agent = 1;
    out->agent = copy_id(arena, &e->what->agent);
    out->has_successor = e->what->successor != NULL;
    if (out->has_successor)
        out->successor = copy_id(arena, e->what->successor);
    out->reason = (char *)e->what->reason;
    if (out->agent.data == NULL || (out->has_successor && out->successor.data == NULL) ||
        (end != NULL && !fill_lanes(arena, end, e->what->backlog, out)))
        return NULL;
    return out;
}

enum mu_err mu_retire_list(struct mu_voice *voice, const struct mu_retirement *what,
                           Muster__Retire ***out, size_t *count)
{
    struct ending e = {.voice = voice, .what = what};
    enum mu_err err = read_ends(&e);

    *count = 0;
    if (err != MU_OK)
        return err;
    *out = mu_arena_take(&voice->arena, (e.count + 1) * sizeof(Muster__Retire *));
    if (*out == NULL)
        return MU_E_NO_MEMORY;
    while (*count <= e.count) {
        Muster__Retire *end = make_end(&e, *count == 0 ? NULL : &e.ends[*count - 1]);

        if (end == NULL)
            return MU_E_NO_MEMORY;
        (*out)[(*count)++] = end;
    }
    return MU_OK;
}

static int say_end(struct mu_voice *voice, const mu_roster *roster, Muster__Retire *end)
{
    struct mu_saying saying;
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_RETIRE, NULL, &voice->how, &saying);

    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    saying.event->retire = end;
    return mu_seal_say(voice, roster, &saying);
}

int mu_retire(struct mu_voice *voice, const mu_roster *roster, const struct mu_retirement *what)
{
    Muster__Retire **ends = NULL;
    size_t count;
    enum mu_err err = mu_retire_list(voice, what, &ends, &count);
    int code = MU_EXIT_DONE;

    if (err != MU_OK)
        return mu_talk_explain(&voice->talk, err);
    for (size_t i = 0; code == MU_EXIT_DONE && i < count; i++)
        code = say_end(voice, roster, ends[i]);
    return code;
}
