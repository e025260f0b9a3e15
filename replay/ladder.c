#include "replay/ladder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/picture/told.h"
#include "proto/words/terms.h"
#include "replay/ladder_json.h"
#include "replay/when.h"
#include "replay/whole.h"

#define CELL_BYTES 96u

struct asking {
    const struct mu_verify_options *options;
    FILE *out;
    struct mu_whole whole;
    uint64_t number; /* asked for; 0: by name */
    struct mu_hash leaf;
    bool found;
    int64_t until_ms;
};

/* ---- which statement ----------------------------------------------------------------------- */

static enum mu_err look_for(void *user, const mu_roster *roster, const struct mu_entry *entry)
{
    struct asking *a = user;

    (void)roster;
    if (entry->number == a->number) {
        a->leaf = entry->leaf;
        a->found = true;
    }
    return MU_OK;
}

static const struct mu_said *said_of_leaf(const struct asking *a)
{
    uint8_t leaf[sizeof a->leaf.b];
    Muster__Ref ref = MUSTER__REF__INIT;

    memcpy(leaf, a->leaf.b, sizeof leaf);
    ref.has_leaf = true;
    ref.leaf = (ProtobufCBinaryData){sizeof leaf, leaf};
    return a->found ? mu_picture_said(a->whole.picture, &ref) : NULL;
}

/* The version that stood then: not the one that stands now. */
static const struct mu_said *stood(const struct mu_object *object, int64_t until_ms)
{
    const struct mu_said *head = mu_object_head(object), *said = object->versions;

    if (head != NULL && head->accepted_at_ms <= until_ms)
        return head;
    while (said != NULL && said->accepted_at_ms > until_ms)
        said = said->lower;
    return said;
}

/* "EV-01@v2" or "EV-01@2"; "EV-01": the version that stands. False: no such form. */
static bool read_name(const char *event, char *id, size_t size, uint32_t *version)
{
    const char *at = strrchr(event, '@');
    size_t length = at == NULL ? strlen(event) : (size_t)(at - event);
    char *end;

    *version = 0;
    if (length == 0 || length >= size)
        return false;
    memcpy(id, event, length);
    id[length] = '\0';
    if (at == NULL)
        return true;
    at += 1 + (at[1] == 'v');
    *version = (uint32_t)strtoul(at, &end, 10);
    return end != at && *end == '\0' && *version > 0;
}

static const struct mu_said *said_named(const struct asking *a, const char *event)
{
    char id[MU_NAME_BYTES_MAX + 1];
    const struct mu_object *object;
    uint32_t version;

    if (!read_name(event, id, sizeof id, &version) ||
        (object = mu_picture_named(a->whole.picture, id)) == NULL)
        return NULL;
    return version == 0 ? stood(object, a->until_ms) : mu_object_version(object, version);
}

static enum mu_err read_all(struct asking *a, const char *path, const char *event, const char *at,
                            const struct mu_said **said)
{
    char *end;
    enum mu_err err = mu_time_check(at);

    if (err != MU_OK)
        return err;
    a->number = strtoull(event, &end, 10);
    if (*end != '\0')
        a->number = 0;
    a->whole.options = a->options;
    a->whole.take = look_for;
    a->whole.user = a;
    if ((err = mu_whole_read(path, &a->whole)) != MU_OK ||
        (err = mu_whole_time(&a->whole, at, &a->until_ms)) != MU_OK)
        return err;
    *said = a->number != 0 ? said_of_leaf(a) : said_named(a, event);
    if (*said == NULL || (*said)->accepted_at_ms > a->until_ms)
        return mu_whole_refuse(&a->whole, MU_W_REPLAY_NO_EVENT, &event, 1);
    return MU_OK;
}

/* ---- lines --------------------------------------------------------------------------------- */

static void say(const struct asking *a, enum mu_word word, const char *const *args, size_t count)
{
    char line[1024];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, a->options->lang), args, count);
    fprintf(a->out, "%s\n", line);
}

static void write_clock(const struct asking *a, int64_t ms, char out[MU_CLOCK_CHARS])
{
    mu_time_clock(ms, mu_whole_offset_min(&a->whole), out);
}

/* DAM-01@v1 dam operation, WR, entry 61, accepted 14:20, EXERCISE */
static void print_statement(const struct asking *a, const struct mu_said *said)
{
    const Muster__Envelope *e = said->event->envelope;
    char name[MU_NAME_BYTES_MAX + 32], number[24], when[MU_CLOCK_CHARS];
    const char *args[] = {name, mu_term("Kind", mu_kind_of(said->event), a->options->lang),
                          e->agency == NULL ? "-" : e->agency, number, when};

    snprintf(name, sizeof name, "%s@v%u", said->object == NULL ? "" : said->object->id,
             said->version);
    snprintf(number, sizeof number, "%" PRIu64, said->number);
    write_clock(a, said->accepted_at_ms, when);
    say(a, mu_whole_is_exercise(&a->whole) ? MU_W_LADDER_EXERCISE : MU_W_LADDER_HEAD, args, 5);
}

/* "Chen 14:22", "14:48 through EM, telephone", "-" */
static void write_step(const struct asking *a, const struct mu_told_step *step, char *out)
{
    struct mu_text text = mu_text(out, CELL_BYTES);
    char when[MU_CLOCK_CHARS];

    if (!step->reached) {
        mu_text_add(&text, "-");
        return;
    }
    write_clock(a, step->at_ms, when);
    mu_text_add(&text, when);
    if (step->second_hand && step->entered_by != NULL) {
        const char *args[] = {step->entered_by,
                              mu_term("Channel", (uint32_t)step->channel, a->options->lang)};

        mu_words_fill(&text, mu_word(MU_W_LADDER_THROUGH, a->options->lang), args, 2);
    } else if (step->person != NULL) {
        mu_text_addf(&text, " %s", step->person);
    }
}

/* Characters from the Hangul block on, and with them the Chinese ones, take two columns. */
static size_t columns_of(const char *text)
{
    size_t columns = 0;

    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xc0u) != 0x80u)
            columns += (unsigned char)*text >= 0xe1u ? 2 : 1;
    return columns;
}

static void print_row(const struct asking *a, const char *const cells[6])
{
    static const size_t widths[6] = {9, 12, 16, 30, 12, 0};

    for (size_t i = 0; i < 6; i++) {
        size_t used = columns_of(cells[i]);

        if (i < 5)
            fprintf(a->out, "%s%*s", cells[i], used < widths[i] ? (int)(widths[i] - used) : 1, "");
    }
    fprintf(a->out, "%s\n", cells[5]);
}

/* Told by telephone and read back stands where the acknowledgement would. */
static const struct mu_told_step *acknowledged(const struct mu_told *told)
{
    const struct mu_told_step *own = &told->rung[MUSTER__RUNG__RUNG_ACKNOWLEDGED];
    const struct mu_told_step *phone = &told->rung[MUSTER__RUNG__RUNG_TOLD_BY_PHONE];

    return own->reached || !phone->reached ? own : phone;
}

static void print_agency(const struct asking *a, const struct mu_told *told, bool must_answer)
{
    char machine[CELL_BYTES], opened[CELL_BYTES], known[CELL_BYTES], acting[CELL_BYTES];

    write_step(a, &told->rung[MUSTER__RUNG__RUNG_ON_MACHINE], machine);
    write_step(a, &told->rung[MUSTER__RUNG__RUNG_OPENED], opened);
    write_step(a, acknowledged(told), known);
    write_step(a, &told->rung[MUSTER__RUNG__RUNG_ACTING], acting);
    print_row(
        a, (const char *const[6]){told->agency, machine, opened, known, acting,
                                  must_answer ? mu_word(MU_W_LADDER_MUST, a->options->lang) : ""});
}

static void print_sum(const struct asking *a, const struct mu_said *said, size_t asked, size_t know,
                      int64_t last_ms)
{
    char of[24], number[24], when[MU_CLOCK_CHARS], minutes[24];
    const char *args[] = {number, of, when, minutes};

    if (asked == 0)
        return;
    snprintf(number, sizeof number, "%zu", know);
    snprintf(of, sizeof of, "%zu", asked);
    snprintf(minutes, sizeof minutes, "%" PRId64, (last_ms - said->accepted_at_ms) / 60000);
    write_clock(a, last_ms, when);
    say(a, know == asked ? MU_W_LADDER_COMPLETE : MU_W_LADDER_OPEN, args, 4);
}

#define WORD(name) mu_word(MU_W_LADDER_##name, a->options->lang)

static void print_ladder(const struct asking *a, const struct mu_said *said)
{
    struct mu_told_to to[MU_TOLD_AGENCIES_MAX];
    size_t count = mu_told_agencies(a->whole.picture, said, to, MU_TOLD_AGENCIES_MAX);
    size_t asked = 0, know = 0;
    int64_t last_ms = said->accepted_at_ms;

    if (count > MU_TOLD_AGENCIES_MAX)
        count = MU_TOLD_AGENCIES_MAX;
    print_row(a, (const char *const[6]){WORD(AGENCY), WORD(MACHINE), WORD(OPENED),
                                        WORD(ACKNOWLEDGED), WORD(ACTING), ""});
    for (size_t i = 0; i < count; i++) {
        struct mu_told told;

        mu_told_of_at(a->whole.picture, said, to[i].agency, a->until_ms, &told);
        print_agency(a, &told, to[i].must_answer);
        asked += to[i].must_answer;
        know += to[i].must_answer && told.knows;
        if (to[i].must_answer && told.knows && told.known_by->at_ms > last_ms)
            last_ms = told.known_by->at_ms;
    }
    print_sum(a, said, asked, know, last_ms);
}

enum mu_err mu_who_knows(const char *path, const char *event, const char *at,
                         const struct mu_verify_options *options, FILE *out)
{
    struct asking a = {.options = options, .out = out};
    const struct mu_said *said = NULL;
    enum mu_err err = read_all(&a, path, event, at, &said);

    if (err == MU_OK && options->json)
        err = mu_ladder_jot(&a.whole, said, a.until_ms, out);
    else if (err == MU_OK) {
        print_statement(&a, said);
        print_ladder(&a, said);
    }
    if (err == MU_OK)
        err = mu_whole_stands(&a.whole, out);
    mu_whole_free(&a.whole);
    return err;
}

/* ---- held ---------------------------------------------------------------------------------- */

static void print_person(const struct asking *a, enum mu_word word, const struct mu_told_step *step)
{
    char when[MU_CLOCK_CHARS], number[24];
    const char *args[] = {when, number};

    if (!step->reached)
        return;
    write_clock(a, step->at_ms, when);
    snprintf(number, sizeof number, "%" PRIu64, step->number);
    say(a, word, args, 2);
}

static void print_held(const struct asking *a, const struct mu_told *told)
{
    const struct mu_told_step *machine = &told->rung[MUSTER__RUNG__RUNG_ON_MACHINE];
    char when[MU_CLOCK_CHARS] = "", number[24];
    const char *args[] = {told->agency, when, number};

    snprintf(number, sizeof number, "%" PRIu64, machine->number);
    if (machine->reached)
        write_clock(a, machine->at_ms, when);
    print_statement(a, told->said);
    say(a, machine->reached ? MU_W_HELD : MU_W_HELD_NEVER, args, 3);
    print_person(a, MU_W_HELD_OPENED, &told->rung[MUSTER__RUNG__RUNG_OPENED]);
    print_person(a, MU_W_HELD_ACKNOWLEDGED, &told->rung[MUSTER__RUNG__RUNG_ACKNOWLEDGED]);
    print_person(a, MU_W_HELD_PHONE, &told->rung[MUSTER__RUNG__RUNG_TOLD_BY_PHONE]);
}

enum mu_err mu_held(const char *path, const char *agency, const char *event, const char *at,
                    const struct mu_verify_options *options, FILE *out, bool *held)
{
    struct asking a = {.options = options, .out = out};
    const struct mu_said *said = NULL;
    struct mu_told told;
    enum mu_err err = read_all(&a, path, event, at, &said);

    *held = false;
    if (err == MU_OK)
        err = mu_whole_has_agency(&a.whole, agency);
    if (err == MU_OK) {
        mu_told_of_at(a.whole.picture, said, agency, a.until_ms, &told);
        *held = told.rung[MUSTER__RUNG__RUNG_ON_MACHINE].reached;
        if (options->json)
            err = mu_held_jot(&a.whole, &told, out);
        else
            print_held(&a, &told);
    }
    if (err == MU_OK)
        err = mu_whole_stands(&a.whole, out);
    mu_whole_free(&a.whole);
    return err;
}
