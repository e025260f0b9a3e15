/* Two walks. The first reads all receipts of the agency: those about a time are recorded after it. The
 * second asks of each entry since when it was on the machine, folds those that were by then, and counts
 * along, so that the view is shown to be what the desks signed for, or not to be. */
#include "replay/asknown.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/words/terms.h"
#include "replay/asknown_inside.h"
#include "replay/when.h"

#define DUMP_BYTES_MAX ((size_t)16 << 20)
/* A receipt is owed within 30 s, a sheet within 10 more; what took longer was held up. */
#define LATE_MS (2 * MU_MINUTE_MS)
#define LINES_MAX 40u

/* ---- the walks ----------------------------------------------------------------------------- */

static enum mu_err collect(void *user, const mu_roster *roster, const struct mu_entry *entry)
{
    struct view *view = user;

    return mu_known_take(&view->known, roster, entry);
}

static void copy(char *out, size_t size, const char *text)
{
    struct mu_text copied = mu_text(out, size);

    mu_text_add(&copied, text == NULL ? "" : text);
}

/* Only what people state: ticks, sheets and the roster are not news to anybody. */
static enum mu_err add_line(struct lines *lines, const struct mu_entry *entry, int64_t since_ms)
{
    const Muster__Envelope *e = entry->event == NULL ? NULL : entry->event->envelope;
    struct line *more;

    if (entry->event == NULL || mu_kind_is_system(mu_kind_of(entry->event)) ||
        mu_kind_is_roster(mu_kind_of(entry->event)))
        return MU_OK;
    if ((more = reallocarray(lines->line, lines->count + 1, sizeof *more)) == NULL)
        return MU_E_NO_MEMORY;
    lines->line = more;
    more += lines->count++;
    *more = (struct line){.kind = mu_kind_of(entry->event),
                          .leaf = entry->leaf,
                          .number = entry->number,
                          .accepted_ms = entry->accepted_at_ms,
                          .since_ms = since_ms,
                          .version = e != NULL && e->has_version ? e->version : 0};
    copy(more->object, sizeof more->object, e == NULL ? NULL : e->object);
    copy(more->agency, sizeof more->agency, e == NULL ? NULL : e->agency);
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
        return add_line(&view->missing, entry, since == NULL ? INT64_MAX : since->at_ms);
    view->count++;
    if (since->at_ms - entry->accepted_at_ms > LATE_MS)
        return add_line(&view->late, entry, since->at_ms);
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
    enum mu_err err = mu_time_check(at);

    view->whole.options = view->held.options = view->options;
    view->whole.take = collect;
    view->held.take = sort_entry;
    view->held.wants = is_held;
    view->whole.user = view->held.user = view;
    if (err != MU_OK || (err = mu_whole_read(path, &view->whole)) != MU_OK ||
        (err = mu_whole_time(&view->whole, at, &view->until_ms)) != MU_OK ||
        (err = mu_whole_has_agency(&view->whole, view->known.agency)) != MU_OK)
        return err;
    return view->known.count == 0
               ? mu_whole_refuse(&view->whole, MU_W_NO_RECEIPT, &view->known.agency, 1)
               : mu_whole_read(path, &view->held);
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

int64_t mu_view_as_of_ms(const struct view *view)
{
    return view->until_ms == INT64_MAX ? view->whole.last_ms : view->until_ms;
}

static void print_as_of(const struct view *view)
{
    int offset_min = mu_whole_offset_min(&view->whole);
    char when[MU_MOMENT_CHARS], offset[MU_MOMENT_CHARS], line[256];
    const char *args[] = {when, offset};
    struct mu_text text = mu_text(line, sizeof line);

    mu_time_write(mu_view_as_of_ms(view), offset_min, when);
    mu_time_offset(offset_min, offset);
    mu_words_fill(&text, mu_word(MU_W_SHOW_AS_OF, view->options->lang), args, 2);
    if (mu_whole_is_exercise(&view->whole))
        mu_text_add(&text, mu_word(MU_W_SHOW_EXERCISE, view->options->lang));
    fprintf(view->out, "%s\n", line);
}

static void print_head(const struct view *view)
{
    const struct mu_known_receipt *newest = mu_known_newest(&view->known, view->until_ms);
    char count[24], recorded[24], when[MU_CLOCK_CHARS], through[24];
    const char *args[] = {view->known.agency, count, recorded, when, through};

    print_as_of(view);
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
    struct mu_listener listener = {view->options->lang, mu_whole_offset_min(&view->whole)};

    if (buffer == NULL)
        return MU_E_NO_MEMORY;
    mu_picture_tell(view->held.picture, &listener, &text);
    fputs(buffer, view->out);
    free(buffer);
    return text.cut ? MU_E_LIMIT : MU_OK;
}

/* Both are shown, what a person was told of it by telephone and that it was not there. */
bool mu_view_second_hand(const struct view *view, const struct line *line, struct mu_told_step *out)
{
    uint8_t leaf[sizeof line->leaf.b];
    Muster__Ref ref = MUSTER__REF__INIT;
    const struct mu_said *said;
    struct mu_told told;

    memcpy(leaf, line->leaf.b, sizeof leaf);
    ref.has_leaf = true;
    ref.leaf = (ProtobufCBinaryData){sizeof leaf, leaf};
    if ((said = mu_picture_said(view->whole.picture, &ref)) == NULL)
        return false;
    mu_told_of_at(view->whole.picture, said, view->known.agency, view->until_ms, &told);
    for (size_t i = 0; i < MU_TOLD_RUNGS; i++) {
        *out = told.rung[i];
        if (out->reached && out->second_hand && out->entered_by != NULL)
            return true;
    }
    return false;
}

static void print_second_hand(const struct view *view, const struct line *line)
{
    char when[MU_CLOCK_CHARS];
    struct mu_told_step step;

    if (!mu_view_second_hand(view, line, &step))
        return;
    const char *args[] = {when, step.entered_by, step.read_back == NULL ? "" : step.read_back};
    write_clock(view, step.stated_at_ms, when);
    say(view, MU_W_KNOWN_PHONE, args, 3);
}

/* "dam operation DAM-01@v2, WR" */
static void name_line(const struct view *view, const struct line *line, struct mu_text *out)
{
    mu_text_addf(out, "%s", mu_term("Kind", line->kind, view->options->lang));
    if (line->object[0] != '\0')
        mu_text_addf(out, " %s@v%u", line->object, line->version);
    if (line->agency[0] != '\0')
        mu_text_addf(out, ", %s", line->agency);
}

static void print_line(const struct view *view, const struct line *line, bool late)
{
    char number[24], accepted[MU_CLOCK_CHARS], since[MU_CLOCK_CHARS] = "";
    char name[sizeof line->object + sizeof line->agency + 96];
    const char *args[] = {name, number, accepted, since};
    enum mu_word word = late ? MU_W_KNOWN_LATE : MU_W_KNOWN_MISSING;
    struct mu_text text = mu_text(name, sizeof name);

    name_line(view, line, &text);
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

static enum mu_err print_view(struct view *view)
{
    enum mu_err err;

    print_head(view);
    if ((err = print_picture(view)) != MU_OK)
        return err;
    print_lines(view, &view->late, true);
    print_lines(view, &view->missing, false);
    say(view, mu_known_agrees(&view->known) ? MU_W_KNOWN_AGREES : MU_W_KNOWN_DIFFERS,
        &view->known.agency, 1);
    return MU_OK;
}

static enum mu_err ask(const char *path, const char *at, enum mu_err (*print)(struct view *view),
                       struct view *view)
{
    enum mu_err err = walk(view, path, at);

    if (err == MU_OK)
        err = print(view);
    if (err == MU_OK)
        err = mu_whole_stands(&view->whole, view->out);
    finish(view);
    return err;
}

enum mu_err mu_show_as(const char *path, const char *at, const char *agency,
                       const struct mu_verify_options *options, FILE *out)
{
    struct view view = {.options = options, .out = out, .known.agency = agency};

    return ask(path, at, options->json ? mu_view_jot : print_view, &view);
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

static enum mu_err print_receipts(struct view *view)
{
    for (size_t i = 0; i < view->known.count; i++)
        for (size_t j = 0; j < view->known.chains[i]->count; j++)
            print_receipt(view, &view->known.chains[i]->receipts[j]);
    say(view, mu_known_agrees(&view->known) ? MU_W_KNOWN_AGREES : MU_W_KNOWN_DIFFERS,
        &view->known.agency, 1);
    return MU_OK;
}

enum mu_err mu_show_receipts(const char *path, const char *agency,
                             const struct mu_verify_options *options, FILE *out)
{
    struct view view = {.options = options, .out = out, .known.agency = agency};

    return ask(path, NULL, options->json ? mu_receipts_jot : print_receipts, &view);
}
