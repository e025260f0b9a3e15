#include "replay/show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "proto/picture/picture.h"
#include "replay/things.h"
#include "replay/walk.h"
#include "replay/when.h"

#define DUMP_BYTES_MAX ((size_t)16 << 20)

struct showing {
    const struct mu_verify_options *options;
    mu_picture *picture;
    mu_audit *audit; /* of what is shown; and its roster: county, local time */
    const char *at;
    int64_t until_ms;
    int64_t shown_ms; /* accepted_at of the last entry folded */
    uint64_t through; /* its number */
    bool timed;       /* until_ms is known: entry 1 says what local time is */
    bool past;
};

/* ---- the fold ------------------------------------------------------------------------------ */

static enum mu_err fold_entry(void *user, const struct mu_entry *given)
{
    struct showing *show = user;
    struct mu_entry entry = *given;
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err;

    if (entry.code == 0 && mu_event_unpack(entry.body, &arena, &entry.event, &fault) != MU_OK)
        entry.event = NULL;
    err = mu_picture_fold(show->picture, &entry);
    mu_arena_free(&arena);
    show->shown_ms = entry.accepted_at_ms;
    show->through = entry.number;
    return err;
}

static int offset_min(const struct showing *show)
{
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(show->audit));

    return genesis == NULL ? 0 : genesis->offset_min;
}

/* Entry 1 says what local time is. */
static enum mu_err set_time(struct showing *show)
{
    show->timed = true;
    return mu_time_read(show->at, offset_min(show), &show->until_ms);
}

/* A time before entry 1 has no picture. */
static enum mu_err refuse_early(const struct showing *show)
{
    char begins[MU_MOMENT_CHARS];
    const char *args[] = {begins, show->at};

    mu_time_write(show->shown_ms, offset_min(show), begins);
    mu_why(show->options, MU_W_REPLAY_BEFORE, args, 2);
    return MU_E_ABSENT;
}

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    struct showing *show = user;
    enum mu_err err;

    if (show->timed && piece->kind == MU_PIECE_BATCH &&
        piece->batch.accepted_at_ms > show->until_ms)
        show->past = true;
    if (show->past)
        return MU_OK;
    err = mu_piece_audit(show->audit, piece);
    if (err == MU_OK && !show->timed)
        err = set_time(show);
    return err == MU_OK && show->shown_ms > show->until_ms ? refuse_early(show) : err;
}

/* ---- the page ------------------------------------------------------------------------------ */

static bool is_exercise(const struct showing *show)
{
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(show->audit));

    return genesis != NULL && genesis->status == MUSTER__STATUS__STATUS_EXERCISE;
}

static int64_t shown_at_ms(const struct showing *show)
{
    return show->at == NULL ? show->shown_ms : show->until_ms;
}

static void say(const struct showing *show, FILE *out, enum mu_word word, const char *const *args,
                size_t count)
{
    char line[1024];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, show->options->lang), args, count);
    fprintf(out, "%s", line);
}

/* as of 2031-07-16 14:06 (+08:00), entries 1–47, EXERCISE */
static void print_head(const struct showing *show, FILE *out)
{
    size_t damage = mu_audit_report(show->audit)->damage_count;
    char when[MU_MOMENT_CHARS], offset[MU_MOMENT_CHARS], through[24], places[24];
    const char *args[] = {when, offset, through};
    const char *damaged[] = {places};

    mu_time_write(shown_at_ms(show), offset_min(show), when);
    mu_time_offset(offset_min(show), offset);
    snprintf(through, sizeof through, "%" PRIu64, show->through);
    snprintf(places, sizeof places, "%zu", damage);
    say(show, out, MU_W_SHOW_AS_OF, args, 3);
    say(show, out, show->through == 0 ? MU_W_SHOW_NOTHING : MU_W_SHOW_ENTRIES, args, 3);
    if (is_exercise(show))
        say(show, out, MU_W_SHOW_EXERCISE, NULL, 0);
    fprintf(out, "\n");
    if (damage == 0)
        return;
    say(show, out, MU_W_REPLAY_DAMAGED, damaged, 1);
    fprintf(out, "\n");
}

static enum mu_err print_picture(const struct showing *show, FILE *out)
{
    char *buffer = malloc(DUMP_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : DUMP_BYTES_MAX);
    struct mu_listener listener = {show->options->lang, offset_min(show)};

    if (buffer == NULL)
        return MU_E_NO_MEMORY;
    print_head(show, out);
    mu_picture_tell(show->picture, &listener, &text);
    fputs(buffer, out);
    free(buffer);
    return text.cut ? MU_E_LIMIT : MU_OK;
}

static enum mu_err print_json(const struct showing *show, FILE *out)
{
    struct mu_jot jot = mu_jot(out, offset_min(show));

    mu_jot_open(&jot, NULL);
    mu_jot_time(&jot, "asOf", shown_at_ms(show));
    mu_jot_number(&jot, "through", show->through);
    mu_jot_flag(&jot, "exercise", is_exercise(show));
    mu_jot_count(&jot, "damageCount", mu_audit_report(show->audit)->damage_count);
    mu_things_jot(&jot, show->picture);
    mu_jot_close(&jot);
    return mu_jot_end(&jot);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static enum mu_err read_record(struct showing *show, const char *path)
{
    const struct mu_hash *wanted = show->options->log;
    enum mu_err err = mu_audit_new(&show->audit);

    if (err == MU_OK)
        err = mu_picture_new(&show->picture);
    if (err != MU_OK)
        return err;
    mu_audit_tell(show->audit, fold_entry, show);
    err = mu_walk(path, show->options, take_piece, show);
    if (err != MU_OK && err != MU_E_CORRUPT)
        return err;
    if (err == MU_E_CORRUPT)
        mu_audit_cut(show->audit, 0);
    return wanted == NULL || mu_hash_equal(wanted, &mu_audit_report(show->audit)->log)
               ? MU_OK
               : MU_E_OTHER_LOG;
}

enum mu_err mu_show(const char *path, const char *at, const struct mu_verify_options *options,
                    FILE *out)
{
    struct showing show = {.options = options, .at = at};
    enum mu_err err = mu_time_check(at);

    if (err == MU_OK)
        err = read_record(&show, path);
    if (err == MU_OK && !show.past)
        mu_time_note_after(options, show.until_ms, show.shown_ms, offset_min(&show));
    if (err == MU_OK)
        err = options->json ? print_json(&show, out) : print_picture(&show, out);
    if (err == MU_OK && mu_audit_report(show.audit)->damage_count > 0)
        err = MU_E_PROOF;
    mu_picture_free(&show.picture);
    mu_audit_free(&show.audit);
    return err;
}
