#include "replay/ladder_json.h"

#include "proto/words/terms.h"

/* What the statement is. */
static void jot_statement(struct mu_jot *jot, const struct mu_whole *whole,
                          const struct mu_said *said)
{
    mu_jot_text(jot, "kind", mu_kind_name(mu_kind_of(said->event)));
    if (said->object != NULL)
        mu_jot_text(jot, "object", said->object->id);
    if (said->version > 0)
        mu_jot_count(jot, "version", said->version);
    mu_jot_bytes(jot, "leaf", said->leaf.b, sizeof said->leaf.b);
    mu_jot_number(jot, "number", said->number);
    mu_jot_text(jot, "agency", said->event->envelope->agency);
    mu_jot_time(jot, "stored", said->accepted_at_ms);
    mu_jot_flag(jot, "exercise", mu_whole_is_exercise(whole));
}

static void jot_step(struct mu_jot *jot, Muster__Rung rung, const struct mu_told_step *step)
{
    mu_jot_open(jot, mu_rung_name(rung));
    mu_jot_time(jot, "at", step->at_ms);
    mu_jot_number(jot, "number", step->number);
    if (step->stated_at_ms != step->at_ms)
        mu_jot_time(jot, "statedAt", step->stated_at_ms);
    mu_jot_text(jot, "post", step->post);
    mu_jot_text(jot, "person", step->person);
    if (step->second_hand) {
        mu_jot_text(jot, "enteredBy", step->entered_by);
        mu_jot_text(jot, "channel", mu_term("Channel", (uint32_t)step->channel, MU_LANG_EN));
        mu_jot_text(jot, "readBack", step->read_back);
    }
    mu_jot_close(jot);
}

static void jot_rungs(struct mu_jot *jot, const struct mu_told *told)
{
    for (unsigned rung = MUSTER__RUNG__RUNG_ON_MACHINE; rung < MU_TOLD_RUNGS; rung++)
        if (told->rung[rung].reached)
            jot_step(jot, (Muster__Rung)rung, &told->rung[rung]);
}

static void jot_agency(struct mu_jot *jot, const struct mu_told_to *to, const struct mu_told *told)
{
    mu_jot_open(jot, NULL);
    mu_jot_text(jot, "agency", to->agency);
    mu_jot_text(jot, "post", to->post);
    mu_jot_flag(jot, "mustAnswer", to->must_answer);
    mu_jot_flag(jot, "knows", told->knows);
    mu_jot_flag(jot, "waiting", told->waiting);
    jot_rungs(jot, told);
    mu_jot_close(jot);
}

/* Counted before they are listed: how many must answer, of them how many know, and since when all do. */
struct sum {
    size_t asked, know, by_telephone;
    int64_t last_ms;
};

static struct sum count(const struct mu_whole *whole, const struct mu_said *said, int64_t until_ms,
                        const struct mu_told_to *to, size_t agencies)
{
    struct sum sum = {.last_ms = said->accepted_at_ms};
    struct mu_told told;

    for (size_t i = 0; i < agencies; i++) {
        if (!to[i].must_answer)
            continue;
        mu_told_of_at(whole->picture, said, to[i].agency, until_ms, &told);
        sum.asked++;
        if (!told.knows)
            continue;
        sum.know++;
        sum.by_telephone += told.known_by->second_hand;
        if (told.known_by->at_ms > sum.last_ms)
            sum.last_ms = told.known_by->at_ms;
    }
    return sum;
}

static void jot_sum(struct mu_jot *jot, const struct mu_whole *whole, const struct mu_said *said,
                    const struct sum *sum)
{
    mu_jot_count(jot, "toBeTold", sum->asked);
    mu_jot_count(jot, "know", sum->know);
    mu_jot_count(jot, "byTelephone", sum->by_telephone);
    if (sum->asked == 0)
        return;
    mu_jot_time(jot, "due", mu_told_due_ms(whole->picture, said));
    if (sum->know < sum->asked)
        return;
    mu_jot_time(jot, "completeAt", sum->last_ms);
    mu_jot_number(jot, "afterMin", (uint64_t)(sum->last_ms - said->accepted_at_ms) / 60000);
}

enum mu_err mu_ladder_jot(const struct mu_whole *whole, const struct mu_said *said,
                          int64_t until_ms, FILE *out)
{
    struct mu_told_to to[MU_TOLD_AGENCIES_MAX];
    size_t agencies = mu_told_agencies(whole->picture, said, to, MU_TOLD_AGENCIES_MAX);
    struct mu_jot jot = mu_jot(out, mu_whole_offset_min(whole));
    struct sum sum;
    struct mu_told told;

    if (agencies > MU_TOLD_AGENCIES_MAX)
        agencies = MU_TOLD_AGENCIES_MAX;
    sum = count(whole, said, until_ms, to, agencies);
    mu_jot_open(&jot, NULL);
    jot_statement(&jot, whole, said);
    if (until_ms != INT64_MAX)
        mu_jot_time(&jot, "asOf", until_ms);
    jot_sum(&jot, whole, said, &sum);
    mu_jot_list(&jot, "agencies");
    for (size_t i = 0; i < agencies; i++) {
        mu_told_of_at(whole->picture, said, to[i].agency, until_ms, &told);
        jot_agency(&jot, &to[i], &told);
    }
    mu_jot_list_end(&jot);
    mu_whole_jot_damage(&jot, whole);
    mu_jot_close(&jot);
    return mu_jot_end(&jot);
}

enum mu_err mu_held_jot(const struct mu_whole *whole, const struct mu_told *told, FILE *out)
{
    const struct mu_told_step *machine = &told->rung[MUSTER__RUNG__RUNG_ON_MACHINE];
    struct mu_jot jot = mu_jot(out, mu_whole_offset_min(whole));

    mu_jot_open(&jot, NULL);
    jot_statement(&jot, whole, told->said);
    mu_jot_text(&jot, "holder", told->agency);
    mu_jot_flag(&jot, "held", machine->reached);
    jot_rungs(&jot, told);
    mu_whole_jot_damage(&jot, whole);
    mu_jot_close(&jot);
    return mu_jot_end(&jot);
}
