/* As known to whom at when: desks of four agencies are cut off, switched off and on again while the county
 * goes on talking; each notes what it really had at each moment. What their receipts let an auditor
 * rebuild from the record alone must be that, to the entry.
 *
 * Some desks are struck dumb first: what they were handed they keep and state, nobody hears it, and their machine
 * goes off. What they kept they say when they are back, with everything they missed on top of it.
 *
 * Two controls, counted beside the view: one that knows no receipts, and one that dates a receipt by the sheet
 * it came in. Each must be wrong somewhere.
 *
 * MUSTER_TRIALS says how many (4), MUSTER_SEED repeats a run; `make trials` does a hundred. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/authority/known.h"
#include "tests/help/desks.h"
#include "tests/help/proxy.h"
#include "tests/help/walk.h"

#define DESKS 4u
#define MOMENTS 14u

/* What one desk had on its disk at one moment: numbers, rising. */
struct moment {
    int64_t at_ms;
    uint64_t *had;
    size_t count;
};

struct trial {
    struct desks county;
    struct desk speaker; /* says things; is nobody's desk */
    struct desk desk[DESKS], *on[DESKS + 1];
    struct help_proxy *link[DESKS];
    bool dumb[DESKS];
    struct moment moment[DESKS][MOMENTS];
    size_t moments;
    unsigned partitions, unheard; /* ... of these with a receipt kept that nobody heard */
    uint64_t left[DESKS][DESKS_ENTRIES_MAX]; /* on the disk of a desk that is off */
    size_t left_count[DESKS];
    /* the auditor's walks */
    struct mu_known known;
    mu_audit *audit;
    const mu_roster *rights;             /* NULL: the first walk, which collects receipts */
    size_t asked;                        /* of this desk */
    size_t at[MOMENTS];                  /* how far each moment has been compared */
    int64_t sheet_ms[DESKS_ENTRIES_MAX]; /* by number: when it was accepted */
    unsigned differs;                    /* entries; and what would be wrong of the view ... */
    unsigned blind;                      /* ... without receipts, */
    unsigned heard;                      /* ... by when they were heard */
};

static uint64_t state_of_dice;

static unsigned dice(unsigned sides)
{
    state_of_dice = state_of_dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(state_of_dice >> 33) % sides;
}

/* ---- living it --------------------------------------------------------------------------------- */

static void talk(struct trial *t)
{
    static const char *const severity[] = {"severity=minor", "severity=severe", "severity=extreme"};

    for (unsigned n = dice(4); n > 0; n--) {
        const char *report[] = {severity[dice(3)], "words=the dyke holds", NULL};
        const char *moved[] = {severity[dice(3)], "persons_planned=100",
                               "population_kind=centralised", NULL};
        bool people = dice(2) == 0;

        (void)desks_say(&t->county, &t->speaker, people ? "evacuation" : "field_report",
                        people ? moved : report);
    }
}

/* Switched off in the middle of things: what stays is what its last receipt stands for, sent or not. */
static void switch_off(struct trial *t, size_t i)
{
    struct desk *desk = &t->desk[i];
    const struct mu_witness *w = &desk->agent->witness;
    uint64_t through = w->kept ? mu_receipt_through(&w->last) : 0;

    /* What it had from before, it need not have read again yet. */
    for (size_t n = 0; n < desk->count && desk->seen[n] <= through; n++) {
        t->left[i][n] = desk->seen[n];
        if (n >= t->left_count[i])
            t->left_count[i] = n + 1;
    }
    desk_off(desk);
    t->partitions++;
}

/* What is on the way ends with the link; the next connection is whole. */
static void cut_link(struct help_proxy *link)
{
    int64_t since_ms = help_proxy_passed(link).link_ms;

    help_proxy_cut(link, true);
    while (help_proxy_passed(link).link_ms < since_ms + 10)
        (void)usleep(1000);
    help_proxy_cut(link, false);
    help_proxy_mute(link, false);
}

/* They will be handed what is said, and state nothing yet, as with a full disk. */
static void hold_back(struct trial *t)
{
    for (size_t i = 0; i < DESKS; i++) {
        struct desk *desk = &t->desk[i];

        t->dumb[i] =
            desk->agent != NULL && mu_agent_link(desk->agent, NULL) == MU_LINK_OPEN && dice(6) == 0;
        if (t->dumb[i])
            desk->agent->witness.hold_until = INT64_MAX;
    }
}

/* They have it all. Now their words do not pass: they keep their receipts, say them to nobody, and are off. */
static void strike_dumb(struct trial *t)
{
    struct desk *speaker = &t->speaker;

    desks_rest(&t->county, &speaker, 1);
    for (size_t i = 0; i < DESKS; i++) {
        struct desk *desk = &t->desk[i];

        if (!t->dumb[i] || desk->agent == NULL)
            continue;
        desks_hand(&t->county, desk);
        t->unheard += desk->agent->witness.moved;
        help_proxy_mute(t->link[i], true);
        desk->agent->witness.hold_until = 0;
        desks_state(&t->county, desk);
        switch_off(t, i);
        cut_link(t->link[i]);
    }
}

static void note_moment(struct trial *t, size_t i)
{
    struct moment *m = &t->moment[i][t->moments];
    const struct desk *desk = &t->desk[i];
    bool on = desk->agent != NULL;
    const uint64_t *had = on ? desk->seen : t->left[i];

    m->at_ms = t->county.now_ms;
    m->count = on ? desk->count : t->left_count[i];
    m->had = malloc((m->count + 1) * sizeof *m->had);
    assert_non_null(m->had);
    memcpy(m->had, had, m->count * sizeof *m->had);
}

static void partition(struct trial *t, unsigned sides)
{
    for (size_t i = 0; i < DESKS; i++) {
        if (t->desk[i].agent != NULL && dice(sides) == 0)
            switch_off(t, i);
        else if (t->desk[i].agent == NULL && dice(sides) == 0)
            desk_on(&t->desk[i]);
    }
}

static void live(struct trial *t)
{
    for (t->moments = 0; t->moments < MOMENTS; t->moments++) {
        hold_back(t);
        partition(t, 4);
        talk(t);
        strike_dumb(t);
        for (unsigned turns = dice(6); turns > 0; turns--)
            for (size_t i = 0; i < DESKS; i++)
                if (t->desk[i].agent != NULL)
                    assert_int_equal(mu_agent_turn(t->desk[i].agent, 1), MU_OK);
        partition(t, 8); /* some in the middle of a delivery */
        desks_rest(&t->county, t->on, DESKS + 1);
        for (size_t i = 0; i < DESKS; i++)
            note_moment(t, i);
        desks_step(&t->county, 10000 + dice(50000));
    }
    for (size_t i = 0; i < DESKS; i++)
        if (t->desk[i].agent == NULL)
            desk_on(&t->desk[i]);
    desks_rest(&t->county, t->on, DESKS + 1);
}

static void lay_link(struct trial *t, size_t i)
{
    struct served over = t->county.served;

    t->link[i] = help_proxy_open(over.endpoint);
    snprintf(over.endpoint, sizeof over.endpoint, "%s", help_proxy_endpoint(t->link[i]));
    desk_point(&t->desk[i], &over);
}

static void begin(struct trial *t)
{
    static const char *const filters[DESKS] = {"", "type=field_report", "severity=severe", ""};
    static const char *const agencies[DESKS] = {"CA", "HC", "WR", "SH"};

    memset(t, 0, sizeof *t);
    desks_open(&t->county, "step");
    desks_enrol(&t->county, &t->speaker, "EM", "type=tick", false);
    t->on[DESKS] = &t->speaker;
    for (size_t i = 0; i < DESKS; i++) {
        desks_enrol(&t->county, &t->desk[i], agencies[i], filters[i], true);
        lay_link(t, i);
        t->on[i] = &t->desk[i];
        desk_on(&t->desk[i]);
    }
    desk_on(&t->speaker);
}

static void end(struct trial *t)
{
    for (size_t i = 0; i < DESKS; i++) {
        desk_remove(&t->desk[i]);
        help_proxy_close(&t->link[i]);
        for (size_t m = 0; m < MOMENTS; m++)
            free(t->moment[i][m].had);
    }
    desk_remove(&t->speaker);
    desks_close(&t->county);
}

/* ---- the auditor, with the record alone -------------------------------------------------------- */

static bool is_sheet(const struct mu_entry *entry)
{
    return entry->event != NULL && entry->event->body_case == MUSTER__EVENT__BODY_RECEIPT_SHEET;
}

/* Sheets are owed no receipt, so none says when they came. */
static void compare(struct trial *t, const struct mu_entry *entry)
{
    const struct mu_known_receipt *since = mu_known_since(&t->known, t->rights, entry);

    for (size_t m = 0; m < MOMENTS; m++) {
        const struct moment *moment = &t->moment[t->asked][m];
        bool known = since != NULL && since->at_ms <= moment->at_ms;
        bool had = t->at[m] < moment->count && moment->had[t->at[m]] == entry->number;

        t->at[m] += had;
        if (is_sheet(entry))
            continue;
        if (had != known && t->differs++ < 12)
            print_message("# %s at moment %zu: entry %llu %s, but its receipts say %s\n",
                          t->known.agency, m, (unsigned long long)entry->number,
                          had ? "was there" : "was not there", known ? "it was" : "it was not");
        t->blind += had != (entry->accepted_at_ms <= moment->at_ms);
        t->heard += had != (since != NULL && t->sheet_ms[since->number] <= moment->at_ms);
    }
}

static enum mu_err take_entry(void *user, const struct mu_entry *given)
{
    struct trial *t = user;
    struct mu_entry entry = *given;
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    assert_int_equal(mu_event_unpack(entry.body, &arena, &entry.event, &fault), MU_OK);
    assert_true(entry.number < DESKS_ENTRIES_MAX);
    t->sheet_ms[entry.number] = entry.accepted_at_ms;
    if (t->rights == NULL) {
        err = mu_known_take(&t->known, mu_audit_roster(t->audit), &entry);
    } else {
        compare(t, &entry);
        mu_known_count(&t->known, t->rights, &entry);
    }
    mu_arena_free(&arena);
    return err;
}

static mu_audit *walk(struct trial *t)
{
    assert_int_equal(mu_audit_new(&t->audit), MU_OK);
    mu_audit_tell(t->audit, take_entry, t);
    assert_int_equal(help_walk(t->county.served.dir, t->audit), MU_OK);
    assert_int_equal(mu_audit_report(t->audit)->damage_count, 0);
    return t->audit;
}

static void audit_desk(struct trial *t, size_t i)
{
    mu_audit *first, *second;

    t->asked = i;
    t->rights = NULL;
    t->known = (struct mu_known){.agency = t->desk[i].agency};
    memset(t->at, 0, sizeof t->at);
    first = walk(t);
    t->rights = mu_audit_roster(first);
    second = walk(t);
    if (!mu_known_agrees(&t->known))
        fail_msg("the receipts of %s do not agree with the record", t->desk[i].agency);
    for (size_t m = 0; m < MOMENTS; m++)
        assert_int_equal(t->at[m], t->moment[i][m].count); /* all it had is in the record */
    mu_known_free(&t->known);
    mu_audit_free(&first);
    mu_audit_free(&second);
}

static void as_known_is_what_each_machine_had(void **state)
{
    const char *count = getenv("MUSTER_TRIALS"), *given = getenv("MUSTER_SEED");
    unsigned trials = count != NULL ? (unsigned)atoi(count) : 4;
    unsigned partitions = 0, unheard = 0, blind = 0, heard = 0;
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    static struct trial t;

    (void)state;
    print_message("# MUSTER_SEED=%llu MUSTER_TRIALS=%u\n", (unsigned long long)seed, trials);
    for (unsigned n = 0; n < trials; n++) {
        state_of_dice = seed + n;
        begin(&t);
        live(&t);
        assert_int_equal(served_stop(&t.county.served), 0);
        for (size_t i = 0; i < DESKS; i++)
            audit_desk(&t, i);
        if (t.differs > 0)
            fail_msg("MUSTER_SEED=%llu MUSTER_TRIALS=1: %u of what was known and when is not what "
                     "the machines had",
                     (unsigned long long)(seed + n), t.differs);
        partitions += t.partitions;
        unheard += t.unheard;
        blind += t.blind;
        heard += t.heard;
        end(&t);
    }
    print_message("# seed %llu: %u trials, %u partitions, %u with a receipt unheard; without "
                  "receipts %u would be wrong, by when they were heard %u\n",
                  (unsigned long long)seed, trials, partitions, unheard, blind, heard);
    assert_true(partitions > 0);
    assert_true(unheard > 0);
    assert_true(blind > 0); /* the controls: a view that ignores receipts is another, */
    assert_true(heard > 0); /* ... and so is one that dates them by their sheets */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_known_is_what_each_machine_had),
    };

    return cmocka_run_group_tests_name("replay/trial", tests, NULL, NULL);
}
