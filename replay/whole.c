#include "replay/whole.h"

#include <string.h>

#include "replay/walk.h"
#include "replay/when.h"

static enum mu_err fold_entry(void *user, const struct mu_entry *given)
{
    struct mu_whole *whole = user;
    struct mu_entry entry = *given;
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    if (whole->first_ms == 0)
        whole->first_ms = entry.accepted_at_ms;
    whole->last_ms = entry.accepted_at_ms;
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

static enum mu_err check_log(const struct mu_whole *whole)
{
    const struct mu_hash *wanted = whole->options->log;

    return wanted == NULL || mu_hash_equal(wanted, &mu_audit_report(whole->audit)->log)
               ? MU_OK
               : MU_E_OTHER_LOG;
}

enum mu_err mu_whole_read(const char *path, struct mu_whole *whole)
{
    enum mu_err err = mu_audit_new(&whole->audit);

    if (err == MU_OK)
        err = mu_picture_new(&whole->picture);
    if (err != MU_OK)
        return err;
    mu_audit_tell(whole->audit, fold_entry, whole);
    err = mu_walk(path, whole->options, take_piece, whole);
    if (err != MU_OK && err != MU_E_CORRUPT)
        return err;
    if (err == MU_E_CORRUPT)
        mu_audit_cut(whole->audit, 0);
    return check_log(whole);
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

enum mu_err mu_whole_time(const struct mu_whole *whole, const char *text, int64_t *out)
{
    enum mu_err err = mu_time_read(text, mu_whole_offset_min(whole), out);
    char begins[MU_MOMENT_CHARS];
    const char *args[] = {begins, text};

    if (err != MU_OK || whole->first_ms == 0)
        return err;
    mu_time_note_after(whole->options, *out, whole->last_ms, mu_whole_offset_min(whole));
    if (*out >= whole->first_ms)
        return MU_OK;
    mu_time_write(whole->first_ms, mu_whole_offset_min(whole), begins);
    mu_why(whole->options, MU_W_REPLAY_BEFORE, args, 2);
    return MU_E_ABSENT;
}

enum mu_err mu_whole_refuse(const struct mu_whole *whole, enum mu_word word,
                            const char *const *args, size_t count)
{
    char said[sizeof whole->options->why->text];
    const char *both[] = {said};

    mu_why(whole->options, word, args, count);
    if (mu_audit_report(whole->audit)->damage_count == 0)
        return MU_E_ABSENT;
    memcpy(said, whole->options->why->text, sizeof said);
    mu_why(whole->options, MU_W_REPLAY_MAYBE_LOST, both, 1);
    return MU_E_CORRUPT;
}

/* "CMD, EM, CA": each once, the broker's own left out. */
static void list_agencies(const mu_roster *roster, struct mu_text *out)
{
    const struct mu_member *m, *before;

    for (size_t i = 0; (m = mu_roster_at(roster, i)) != NULL; i++) {
        bool again = m->is_broker;

        for (size_t k = 0; k < i && !again && (before = mu_roster_at(roster, k)) != NULL; k++)
            again = strcmp(before->agency, m->agency) == 0;
        if (!again)
            mu_text_addf(out, "%s%s", out->used > 0 ? ", " : "", m->agency);
    }
}

enum mu_err mu_whole_has_agency(const struct mu_whole *whole, const char *agency)
{
    const mu_roster *roster = mu_audit_roster(whole->audit);
    const struct mu_member *m;
    char list[1024];
    struct mu_text text = mu_text(list, sizeof list);
    const char *args[] = {agency, list};

    for (size_t i = 0; (m = mu_roster_at(roster, i)) != NULL; i++)
        if (strcmp(m->agency, agency) == 0)
            return MU_OK;
    list_agencies(roster, &text);
    return mu_whole_refuse(whole, MU_W_REPLAY_NO_AGENCY, args, 2);
}

enum mu_err mu_whole_stands(const struct mu_whole *whole, FILE *out)
{
    const struct mu_audit_report *report = mu_audit_report(whole->audit);
    char count[24], line[512];
    const char *args[] = {count};
    struct mu_text text = mu_text(line, sizeof line);

    if (report->damage_count == 0)
        return MU_OK;
    snprintf(count, sizeof count, "%zu", report->damage_count);
    mu_words_fill(&text, mu_word(MU_W_REPLAY_DAMAGED, whole->options->lang), args, 1);
    if (!whole->options->json)
        fprintf(out, "%s\n", line);
    return MU_E_PROOF;
}

void mu_whole_jot_damage(struct mu_jot *jot, const struct mu_whole *whole)
{
    mu_jot_count(jot, "damageCount", mu_audit_report(whole->audit)->damage_count);
}
