/* Two walks. The first reads all receipts of the agency: those about a time are recorded after it. The
 * second asks of each entry since when it was on the machine, folds those that were by then, and counts
 * along, so that the view is shown to be what the desks signed for, or not to be. */
#include "replay/asknown.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/authority/known.h"
#include "proto/base/clock.h"
#include "proto/picture/told.h"
#include "proto/words/terms.h"
#include "replay/when.h"
#include "replay/whole.h"

#define DUMP_BYTES_MAX ((size_t)16 << 20)
/* A receipt is owed within 30 s, a sheet within 10 more; what took longer was held up. */
#define LATE_MS (2 * MU_MINUTE_MS)
#define LINES_MAX 40u

/* One statement that was not there, or was late. */
struct line {
    struct mu_hash leaf;
    uint64_t number;
    int64_t accepted_ms;
    int64_t since_ms; /* INT64_MAX: never, as far as receipts say */
    char name[MU_NAME_BYTES_MAX + 64];
};

struct lines {
    struct line *line;
    size_t count;
};

struct view {
    const struct mu_verify_options *options;
    FILE *out;
    struct mu_known known;
    struct mu_whole whole; /* the record, all of it */
    struct mu_whole held;  /* what was on the machine */
    int64_t until_ms;
    uint64_t recorded, count; /* by then: entries in the record, on the machine */
    struct lines late, missing;
};

/* ---- the walks ----------------------------------------------------------------------------- */

static enum mu_err collect(void *user, const mu_roster *roster, const struct mu_entry *entry)
{
    struct view *view = user;

    return mu_known_take(&view->known, roster, entry);
}

/* "release DAM-01@v2 of WR" */
static void name_entry(const struct view *view, const struct mu_entry *entry, char *out,
                       size_t size)
{
    const Muster__Envelope *e = entry->event->envelope;
    struct mu_text text = mu_text(out, size);

    mu_text_addf(&text, "%s", mu_term("Kind", mu_kind_of(entry->event), view->options->lang));
    if (e != NULL && e->object != NULL)
        mu_text_addf(&text, " %s@v%u", e->object, e->version);
    if (e != NULL && e->agency != NULL)
        mu_text_addf(&text, ", %s", e->agency);
}

/* Only what people state: ticks, sheets and the roster are not news to anybody. */
static enum mu_err add_line(const struct view *view, struct lines *lines,
                            const struct mu_entry *entry, int64_t since_ms)
{
    struct line *more;

    if (entry->event == NULL || mu_kind_is_system(mu_kind_of(entry->event)) ||
        mu_kind_is_roster(mu_kind_of(entry->event)))
        return MU_OK;
    if ((more = reallocarray(lines->line, lines->count + 1, sizeof *more)) == NULL)
        return MU_E_NO_MEMORY;
    lines->line = more;
    more += lines->count++;
    *more = (struct line){.leaf = entry->leaf,
                          .number = entry->number,
                          .accepted_ms = entry->accepted_at_ms,
                          .since_ms = since_ms};
    name_entry(view, entry, more->name, sizeof more->name);
    return MU_OK;
}

/* Rights as the record ends with them: what lies before an enrolment was delivered after it. Where rights
 * were changed since, counting along says that this is not proven. */
static const mu_roster *rights(const struct view *view)
{
    return mu_audit_roster(view->whole.audit);
}

/* An entry the machine did not hold goes on in the walk, but not into its picture. */
static enum mu_err sort_entry(void *user, const mu_roster *early, const struct mu_entry *entry)
{
    struct view *view = user;
    const mu_roster *roster = rights(view);
    const struct mu_known_receipt *since = mu_known_since(&view->known, roster, entry);
    bool held = since != NULL && since->at_ms <= view->until_ms;

    (void)early;
    mu_known_count(&view->known, roster, entry);
    if (entry->accepted_at_ms > view->until_ms)
        return MU_OK;
    view->recorded++;
    if (!held)
        return add_line(view, &view->missing, entry, since == NULL ? INT64_MAX : since->at_ms);
    view->count++;
    if (since->at_ms - entry->accepted_at_ms > LATE_MS)
        return add_line(view, &view->late, entry, since->at_ms);
    return MU_OK;
}

static bool is_held(void *user, const mu_roster *early, const struct mu_entry *entry)
{
    struct view *view = user;
    const struct mu_known_receipt *since = mu_known_since(&view->known, rights(view), entry);

    (void)early;
    return since != NULL && since->at_ms <= view->until_ms;
}

static enum mu_err walk(struct view *view, const char *path, const char *at)
{
    enum mu_err err;

    view->whole.take = collect;
    view->held.take = sort_entry;
    view->held.wants = is_held;
    view->whole.user = view->held.user = view;
    if ((err = mu_whole_read(path, &view->whole)) != MU_OK)
        return err;
    if (view->known.count == 0)
        return MU_E_ABSENT;
    err = mu_time_read(at, mu_whole_offset_min(&view->whole), &view->until_ms);
    return err == MU_OK ? mu_whole_read(path, &view->held) : err;
}

static void finish(struct view *view)
{
    mu_whole_free(&view->whole);
    mu_whole_free(&view->held);
    mu_known_free(&view->known);
    free(view->late.line);
    free(view->missing.line);
}

/* ---- printing ------------------------------------------------------------------------------ */

static void say(const struct view *view, enum mu_word word, const char *const *args, size_t count)
{
    char line[1024];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, view->options->lang), args, count);
    fprintf(view->out, "%s\n", line);
}

static void write_clock(const struct view *view, int64_t ms, char out[MU_CLOCK_CHARS])
{
    mu_time_clock(ms, mu_whole_offset_min(&view->whole), out);
}

static void print_head(const struct view *view, const char *at)
{
    const struct mu_known_receipt *newest = mu_known_newest(&view->known, view->until_ms);
    int64_t end_ms = mu_picture_now_ms(view->whole.picture);
    char count[24], recorded[24], when[MU_CLOCK_CHARS], through[24];
    const char *args[] = {view->known.agency, count, recorded, when, through};

    mu_time_print_head(view->out, at == NULL ? end_ms : view->until_ms,
                       mu_whole_offset_min(&view->whole));
    fprintf(view->out, "%s\n", mu_whole_is_exercise(&view->whole) ? ", EXERCISE" : "");
    if (newest == NULL) {
        say(view, MU_W_KNOWN_NONE, args, 1);
        return;
    }
    snprintf(count, sizeof count, "%" PRIu64, view->count);
    snprintf(recorded, sizeof recorded, "%" PRIu64, view->recorded);
    snprintf(through, sizeof through, "%" PRIu64, mu_receipt_through(&newest->receipt));
    write_clock(view, newest->at_ms, when);
    say(view, MU_W_KNOWN_HEAD, args, 5);
}

static enum mu_err print_picture(const struct view *view)
{
    char *buffer = malloc(DUMP_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : DUMP_BYTES_MAX);

    if (buffer == NULL)
        return MU_E_NO_MEMORY;
    mu_picture_dump(view->held.picture, &text);
    fputs(buffer, view->out);
    free(buffer);
    return text.cut ? MU_E_LIMIT : MU_OK;
}

/* What a person was told of it by telephone, by then: both are shown, and which is which. */
static void print_second_hand(const struct view *view, const struct line *line)
{
    uint8_t leaf[sizeof line->leaf.b];
    Muster__Ref ref = MUSTER__REF__INIT;
    const struct mu_said *said;
    char when[MU_CLOCK_CHARS];
    struct mu_told told;

    memcpy(leaf, line->leaf.b, sizeof leaf);
    ref.has_leaf = true;
    ref.leaf = (ProtobufCBinaryData){sizeof leaf, leaf};
    if ((said = mu_picture_said(view->whole.picture, &ref)) == NULL)
        return;
    mu_told_of_at(view->whole.picture, said, view->known.agency, view->until_ms, &told);
    for (size_t i = 0; i < MU_TOLD_RUNGS; i++) {
        const struct mu_told_step *step = &told.rung[i];
        const char *args[] = {when, step->entered_by,
                              step->read_back == NULL ? "" : step->read_back};

        if (!step->reached || !step->second_hand || step->entered_by == NULL)
            continue;
        write_clock(view, step->stated_at_ms, when);
        say(view, MU_W_KNOWN_PHONE, args, 3);
        return;
    }
}

static void print_line(const struct view *view, const struct line *line, bool late)
{
    char number[24], accepted[MU_CLOCK_CHARS], since[MU_CLOCK_CHARS] = "";
    const char *args[] = {line->name, number, accepted, since};
    enum mu_word word = late ? MU_W_KNOWN_LATE : MU_W_KNOWN_MISSING;

    snprintf(number, sizeof number, "%" PRIu64, line->number);
    write_clock(view, line->accepted_ms, accepted);
    if (line->since_ms != INT64_MAX)
        write_clock(view, line->since_ms, since);
    if (!late && line->since_ms != INT64_MAX)
        word = MU_W_KNOWN_LATER;
    say(view, word, args, 4);
    if (!late)
        print_second_hand(view, line);
}

static void print_lines(const struct view *view, const struct lines *lines, bool late)
{
    char more[24];
    const char *args[] = {more};

    for (size_t i = 0; i < lines->count && i < LINES_MAX; i++)
        print_line(view, &lines->line[i], late);
    snprintf(more, sizeof more, "%zu", lines->count - LINES_MAX);
    if (lines->count > LINES_MAX)
        say(view, MU_W_KNOWN_MORE, args, 1);
}

enum mu_err mu_show_as(const char *path, const char *at, const char *agency,
                       const struct mu_verify_options *options, FILE *out)
{
    struct view view = {.options = options, .out = out, .known.agency = agency};
    enum mu_err err = options->json ? MU_E_USAGE : mu_time_check(at);

    if (err == MU_OK)
        err = walk(&view, path, at);
    if (err == MU_OK) {
        print_head(&view, at);
        err = print_picture(&view);
    }
    if (err == MU_OK) {
        print_lines(&view, &view.late, true);
        print_lines(&view, &view.missing, false);
        say(&view, mu_known_agrees(&view.known) ? MU_W_KNOWN_AGREES : MU_W_KNOWN_DIFFERS, &agency,
            1);
        err = mu_whole_stands(&view.whole, out);
    }
    finish(&view);
    return err;
}

/* ---- the receipts themselves --------------------------------------------------------------- */

static void print_receipt(const struct view *view, const struct mu_known_receipt *receipt)
{
    char when[MU_CLOCK_CHARS], through[24], size[24], number[24], count[24];
    const char *args[] = {when, through, count, size, number};

    write_clock(view, receipt->at_ms, when);
    snprintf(through, sizeof through, "%" PRIu64, mu_receipt_through(&receipt->receipt));
    snprintf(count, sizeof count, "%" PRIu64, receipt->receipt.delivered.count);
    snprintf(size, sizeof size, "%" PRIu64, receipt->receipt.head.size);
    snprintf(number, sizeof number, "%" PRIu64, receipt->number);
    say(view, MU_W_RECEIPT_LINE, args, 5);
}

enum mu_err mu_show_receipts(const char *path, const char *agency,
                             const struct mu_verify_options *options, FILE *out)
{
    struct view view = {.options = options, .out = out, .known.agency = agency};
    enum mu_err err = options->json ? MU_E_USAGE : MU_OK;

    if (err == MU_OK)
        err = walk(&view, path, NULL);
    for (size_t i = 0; err == MU_OK && i < view.known.count; i++)
        for (size_t j = 0; j < view.known.chains[i]->count; j++)
            print_receipt(&view, &view.known.chains[i]->receipts[j]);
    if (err == MU_OK) {
        say(&view, mu_known_agrees(&view.known) ? MU_W_KNOWN_AGREES : MU_W_KNOWN_DIFFERS, &agency,
            1);
        err = mu_whole_stands(&view.whole, out);
    }
    finish(&view);
    return err;
}
