#include "broker/daemon/command.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/base/text.h"
#include "proto/words/words.h"

enum { DONE = 0, FAILED = 1, NOT_FOUND = 3, NOT_ALLOWED = 4, DAMAGED = 6 };

static void tell(enum mu_lang lang, enum mu_word word, const char *const *args, size_t count)
{
    char line[2048];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, lang), args, count);
    fprintf(stderr, "%s\n", line);
}

static int status_of(enum mu_err err)
{
    switch (err) {
    case MU_E_ABSENT:
        return NOT_FOUND;
    case MU_E_NOT_ALLOWED:
    case MU_E_BAD_KEY:
        return NOT_ALLOWED;
    case MU_E_PROOF:
    case MU_E_CORRUPT:
    case MU_E_MALFORMED:
    case MU_E_VERSION:
        return DAMAGED;
    default:
        return FAILED;
    }
}

static int explain(const char *subject, enum mu_err err, enum mu_lang lang)
{
    const char *args[] = {subject, mu_err_sentence(err, lang), mu_err_remedy(err, lang),
                          mu_err_code(err)};

    tell(lang, MU_W_ERROR_LINE, args, 4);
    return status_of(err);
}

/* Some other file: what it is not, rather than what a reader of messages makes of it. */
static int explain_no_backup(const char *file, enum mu_lang lang)
{
    const char *args[] = {file, mu_word(MU_W_RESTORE_NO_BACKUP, lang),
                          mu_word(MU_W_RESTORE_NO_BACKUP_MEND, lang), mu_err_code(MU_E_MALFORMED)};

    tell(lang, MU_W_ERROR_LINE, args, 4);
    return status_of(MU_E_MALFORMED);
}

static int explain_damage(const char *file, const struct mu_backup_found *found, enum mu_lang lang)
{
    char count[24], first[24], last[24], place[96];
    struct mu_text text = mu_text(place, sizeof place);
    const char *numbers[] = {first, last};
    const char *args[] = {file, count, place};

    snprintf(count, sizeof count, "%" PRIu64, found->damage_count);
    snprintf(first, sizeof first, "%" PRIu64, found->damage.first);
    snprintf(last, sizeof last, "%" PRIu64, found->damage.last);
    mu_words_fill(
        &text, mu_word(found->damage.first == found->damage.last ? MU_W_ENTRY : MU_W_ENTRIES, lang),
        numbers, 2);
    tell(lang, MU_W_BACKUP_DAMAGED, args, 3);
    return DAMAGED;
}

struct brief {
    char entries[24];
    char head[16];
};

static struct brief brief_of(const struct mu_backup_found *found)
{
    struct brief brief;
    char root[65];

    mu_hex(found->head.root.b, 32, root);
    snprintf(brief.entries, sizeof brief.entries, "%" PRIu64, found->head.size);
    snprintf(brief.head, sizeof brief.head, "%.4s..%.4s", root, root + 60);
    return brief;
}

int mu_command_backup(const struct mu_backup *backup, enum mu_lang lang)
{
    struct mu_backup_found found = {.damage_count = 0};
    enum mu_err err = mu_backup(backup, &found);
    struct brief brief = brief_of(&found);
    const char *args[] = {brief.entries, backup->file, brief.head};
    const char *keys[] = {backup->keys};

    if (err == MU_E_PROOF)
        return explain_damage(backup->dir, &found, lang);
    if (err != MU_OK)
        return explain(err == MU_E_ABSENT ? backup->dir : backup->file, err, lang);
    tell(lang, MU_W_BACKUP_DONE, args, 3);
    tell(lang, backup->keys != NULL ? MU_W_BACKUP_KEYS : MU_W_BACKUP_NO_KEYS, keys, 1);
    return DONE;
}

int mu_command_restore(const struct mu_backup *backup, bool check, enum mu_lang lang)
{
    struct mu_backup_found found = {.damage_count = 0};
    enum mu_err err = mu_restore(backup, check, &found);
    struct brief brief = brief_of(&found);
    const char *done[] = {brief.entries, backup->dir, brief.head};
    const char *checked[] = {backup->file, brief.entries, brief.head};
    const char *missing[] = {backup->dir, found.missing};

    if (err == MU_E_PROOF)
        return explain_damage(backup->file, &found, lang);
    if (err == MU_E_MALFORMED)
        return explain_no_backup(backup->file, lang);
    if (err != MU_OK)
        return explain(err == MU_E_EXISTS ? backup->dir : backup->file, err, lang);
    tell(lang, check ? MU_W_RESTORE_CHECKED : MU_W_RESTORE_DONE, check ? checked : done, 3);
    if (!check && found.missing[0] != '\0')
        tell(lang, MU_W_RESTORE_MISSING, missing, 2);
    return DONE;
}
