#include "replay/whole.h"

static enum mu_err fold_entry(void *user, const struct mu_entry *given)
{
    struct mu_whole *whole = user;
    struct mu_entry entry = *given;
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    if (entry.code == 0 && mu_event_unpack(entry.body, &arena, &entry.event, &fault) != MU_OK)
        entry.event = NULL;
    if (whole->take != NULL)
        err = whole->take(whole->user, mu_audit_roster(whole->audit), &entry);
    if (err == MU_OK &&
        (whole->wants == NULL || whole->wants(whole->user, mu_audit_roster(whole->audit), &entry)))
        err = mu_picture_fold(whole->picture, &entry);
    mu_arena_free(&arena);
    return err;
}

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    return mu_piece_audit(((struct mu_whole *)user)->audit, piece);
}

enum mu_err mu_whole_read(const char *path, struct mu_whole *whole)
{
    enum mu_err err = mu_audit_new(&whole->audit);

    if (err == MU_OK)
        err = mu_picture_new(&whole->picture);
    if (err != MU_OK)
        return err;
    mu_audit_tell(whole->audit, fold_entry, whole);
    err = mu_source_walk(path, take_piece, whole);
    if (err != MU_E_CORRUPT)
        return err;
    mu_audit_cut(whole->audit, 0);
    return MU_OK;
}

void mu_whole_free(struct mu_whole *whole)
{
    mu_picture_free(&whole->picture);
    mu_audit_free(&whole->audit);
}

int mu_whole_offset_min(const struct mu_whole *whole)
{
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(whole->audit));

    return genesis == NULL ? 0 : genesis->offset_min;
}

bool mu_whole_is_exercise(const struct mu_whole *whole)
{
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(whole->audit));

    return genesis != NULL && genesis->status == MUSTER__STATUS__STATUS_EXERCISE;
}

enum mu_err mu_whole_stands(const struct mu_whole *whole, FILE *out)
{
    const struct mu_audit_report *report = mu_audit_report(whole->audit);

    if (report->damage_count == 0)
        return MU_OK;
    fprintf(out,
            "DAMAGED: %zu places in these entries; what does not verify is left out "
            "(muster-replay verify)\n",
            report->damage_count);
    return MU_E_PROOF;
}
