#include "replay/show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "proto/picture/picture.h"
#include "replay/when.h"

#define DUMP_BYTES_MAX ((size_t)16 << 20)

struct showing {
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

/* Entry 1 says what local time is; a time before it has no picture. */
static enum mu_err set_time(struct showing *show)
{
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(show->audit));

    show->timed = true;
    return mu_time_read(show->at, genesis == NULL ? 0 : genesis->offset_min, &show->until_ms);
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
    return err == MU_OK && show->shown_ms > show->until_ms ? MU_E_ABSENT : err;
}

/* ---- the page ------------------------------------------------------------------------------ */

/* as of 2031-07-16 14:06 (+08:00), entries 1–47, EXERCISE */
static void print_head(const struct showing *show, FILE *out)
{
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(show->audit));
    const struct mu_audit_report *report = mu_audit_report(show->audit);

    mu_time_print_head(out, show->at == NULL ? show->shown_ms : show->until_ms,
                       genesis == NULL ? 0 : genesis->offset_min);
    if (show->through == 0)
        fprintf(out, ", no entries");
    else
        fprintf(out, ", entries 1\u2013%" PRIu64, show->through);
    if (genesis != NULL && genesis->status == MUSTER__STATUS__STATUS_EXERCISE)
        fprintf(out, ", EXERCISE");
    fprintf(out, "\n");
    if (report->damage_count > 0)
        fprintf(out,
                "DAMAGED: %zu places in these entries; what does not verify is left out "
                "(muster-replay verify)\n",
                report->damage_count);
}

static enum mu_err print_picture(const struct showing *show, FILE *out)
{
    char *buffer = malloc(DUMP_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : DUMP_BYTES_MAX);

    if (buffer == NULL)
        return MU_E_NO_MEMORY;
    print_head(show, out);
    mu_picture_dump(show->picture, &text);
    fputs(buffer, out);
    free(buffer);
    return text.cut ? MU_E_LIMIT : MU_OK;
}

enum mu_err mu_show(const char *path, const char *at, const struct mu_verify_options *options,
                    FILE *out)
{
    struct showing show = {.at = at};
    enum mu_err err = options->json ? MU_E_USAGE : mu_time_check(at);

    if (err == MU_OK)
        err = mu_audit_new(&show.audit);
    if (err == MU_OK)
        err = mu_picture_new(&show.picture);
    if (err == MU_OK) {
        mu_audit_tell(show.audit, fold_entry, &show);
        err = mu_source_walk(path, take_piece, &show);
    }
    if (err == MU_E_CORRUPT) {
        mu_audit_cut(show.audit, 0);
        err = MU_OK;
    }
    if (err == MU_OK)
        err = print_picture(&show, out);
    if (err == MU_OK && mu_audit_report(show.audit)->damage_count > 0)
        err = MU_E_PROOF;
    mu_picture_free(&show.picture);
    mu_audit_free(&show.audit);
    return err;
}
