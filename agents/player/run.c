#include "agents/player/run.h"

#include <string.h>

/* An event of 256 KiB unpacked, and the words it was made of. */
#define EVENT_ARENA_BYTES (2u * 1024u * 1024u)

struct running {
    const struct mu_run *run;
    mu_arena arena;
    struct mu_mistake *mistake;
};

/* Fill, check and say; accepted when it returns MU_OK, unless the sender's link is cut. */
static enum mu_err say(struct running *r, struct mu_saying *said, const char *agency,
                       int64_t now_ms, size_t line)
{
    mu_stage *stage = r->run->stage;
    const char *file = r->mistake->file;
    struct mu_say_resolver resolver = mu_stage_resolver(stage);
    enum mu_err err = mu_play_finish(r->run->play, said, mu_stage_voice(stage, agency), now_ms,
                                     &resolver, &r->arena, line, r->mistake);

    if (err == MU_OK)
        err = mu_stage_say(stage, agency, said->event, file, line);
    return err != MU_OK ? err : mu_stage_settle(stage);
}

/* ---- seats and the clock ---------------------------------------------------------------------------- */

static enum mu_err act_seats(struct running *r, bool *acted)
{
    mu_stage *stage = r->run->stage;
    struct mu_seat_act act;
    enum mu_err err = MU_OK;

    *acted = false;
    while (err == MU_OK && mu_seats_next(mu_stage_seats(stage), mu_stage_now_ms(stage), &act)) {
        struct mu_saying said;

        mu_arena_reset(&r->arena);
        r->mistake->file = r->run->play->script_file;
        if ((err = mu_seat_event(&act, &r->arena, &said)) == MU_OK)
            err = say(r, &said, act.agency, act.due_ms, 0);
        *acted = true;
    }
    return err;
}

/* Go on to `log_ms`. A stepped clock leaves each place only when every program has finished there, also
 * with what the seats did there on the way. */
static enum mu_err advance(struct running *r, int64_t log_ms, bool stepped)
{
    mu_stage *stage = r->run->stage;
    enum mu_err err = MU_OK;

    for (;;) {
        bool acted = false;
        int64_t due;

        if (stepped)
            err = mu_stage_rest(stage);
        if (err == MU_OK)
            err = act_seats(r, &acted);
        if (err == MU_OK && stepped && acted)
            continue;
        if (err != MU_OK || mu_stage_now_ms(stage) >= log_ms)
            break;
        due = mu_seats_due(mu_stage_seats(stage));
        err = mu_stage_hop(stage, due < log_ms ? due : log_ms, stepped);
        if (err != MU_OK)
            break;
    }
    return err != MU_OK || !stepped ? err : mu_stage_rest(stage);
}

/* ---- rows --------------------------------------------------------------------------------------------- */

/* A card a row names must have been raised first: the coordinator may still be at it, or on its way back
 * from a crash. */
static enum mu_err wait_for_card(struct running *r, const struct mu_saying *said)
{
    return said->names_card ? mu_stage_card(r->run->stage, said->card_rule, said->card_subject)
                            : MU_OK;
}

static enum mu_err play_words(struct running *r, const struct mu_row *row)
{
    size_t at = 0;
    enum mu_err err = MU_OK;

    while (err == MU_OK && at < row->word_count) {
        struct mu_saying said;

        mu_arena_reset(&r->arena);
        err = mu_play_row(r->run->play, row, &at, &r->arena, &said, r->mistake);
        if (err == MU_OK)
            err = wait_for_card(r, &said);
        if (err == MU_OK)
            err = say(r, &said, row->sender, row->at_ms, row->line);
    }
    return err;
}

static enum mu_err play_row(struct running *r, const struct mu_row *row)
{
    enum mu_err err = row->prelude ? MU_OK : advance(r, row->at_ms, r->run->stepped);

    if (err != MU_OK)
        return err;
    if (row->act == MU_ROW_SAY)
        return play_words(r, row);
    mu_stage_cut(r->run->stage, row->sender, row->act == MU_ROW_CUT);
    return mu_stage_settle(r->run->stage);
}

static enum mu_err play_objects(struct running *r)
{
    const struct mu_reference *reference = &r->run->play->reference;
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < reference->object_count; i++) {
        const struct mu_place_object *object = &reference->objects[i];
        struct mu_saying said;

        mu_arena_reset(&r->arena);
        err = mu_play_object(r->run->play, object, &r->arena, &said, r->mistake);
        if (err == MU_OK)
            err = say(r, &said, object->by, reference->hours.prelude_ms, object->line);
    }
    return err;
}

static enum mu_err play_rows(struct running *r, bool prelude)
{
    const struct mu_script *script = &r->run->play->script;
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < script->row_count; i++)
        if (script->rows[i].prelude == prelude &&
            (prelude || script->rows[i].at_ms <= r->run->until_ms))
            err = play_row(r, &script->rows[i]);
    return err;
}

enum mu_err mu_run(const struct mu_run *run, struct mu_mistake *mistake)
{
    struct running r = {run, mu_arena_make(EVENT_ARENA_BYTES), mistake};
    struct mu_mistake refusal;
    enum mu_err err = play_objects(&r);

    if (err == MU_OK)
        err = play_rows(&r, true);
    if (err == MU_OK)
        err = mu_stage_desks(run->stage);
    if (err == MU_OK)
        /* Between prelude and T+00:00 nothing is said: also a running clock leaps over it. */
        err = advance(&r, run->play->reference.hours.start_ms, true);
    if (err == MU_OK)
        err = play_rows(&r, false);
    if (err == MU_OK)
        err = mu_stage_rest(run->stage);
    if (err != MU_OK && mu_stage_refusal(run->stage, &refusal))
        *mistake = refusal;
    else if (err != MU_OK && mistake->code != err)
        (void)mu_mistaken(mistake, err, 0, "");
    mu_arena_free(&r.arena);
    return err;
}
