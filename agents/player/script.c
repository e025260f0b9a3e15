#include "agents/player/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/say.h"

#define SCRIPT_BYTES_MAX (32u * 1024u * 1024u)
#define ROWS_MAX 100000u
#define LINE_BYTES_MAX 16384u

struct reading {
    const struct mu_hours *hours;
    struct mu_script *script;
    struct mu_mistake *mistake;
    size_t line;
    size_t room; /* rows there is room for */
};

static enum mu_err mistaken(struct reading *r, enum mu_err code, const char *about)
{
    return mu_mistaken(r->mistake, code, r->line, about);
}

static enum mu_err mistaken_hint(struct reading *r, enum mu_err code, const char *about,
                                 const char *hint)
{
    (void)mistaken(r, code, about);
    mu_mistake_hint(r->mistake, hint);
    return code;
}

static const char *keep(struct reading *r, const char *text)
{
    return mu_arena_copy(&r->script->arena, text, strlen(text));
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static enum mu_err add_row(struct reading *r, const struct mu_row *row)
{
    struct mu_script *script = r->script;

    if (script->row_count == ROWS_MAX)
        return mistaken(r, MU_E_TOO_MANY, "");
    if (script->row_count == r->room) {
        size_t room = r->room == 0 ? 64 : 2 * r->room;
        struct mu_row *grown = mu_arena_take(&script->arena, room * sizeof *grown);

        if (grown == NULL)
            return mistaken(r, MU_E_NO_MEMORY, "");
        if (script->row_count > 0)
            memcpy(grown, script->rows, script->row_count * sizeof *grown);
        script->rows = grown;
        r->room = room;
    }
    script->rows[script->row_count] = *row;
    script->rows[script->row_count++].line = r->line;
    return MU_OK;
}

/* Cuts `text` (in place) into the words of a row. */
static enum mu_err read_words(struct reading *r, char *text, struct mu_row *row)
{
    char *words[MU_SAY_WORDS_MAX];
    bool open;
    size_t count = mu_say_words(text, words, &open);

    if (open)
        return mistaken_hint(r, MU_E_MALFORMED, "", "\"");
    if (count > MU_SAY_WORDS_MAX)
        return mistaken(r, MU_E_TOO_MANY, "");
    row->words = mu_arena_take(&r->script->arena, (count + 1) * sizeof *row->words);
    if (row->words == NULL)
        return mistaken(r, MU_E_NO_MEMORY, "");
    for (size_t i = 0; i < count; i++)
        if ((row->words[i] = keep(r, words[i])) == NULL)
            return mistaken(r, MU_E_NO_MEMORY, "");
    row->word_count = count;
    return count == 0 ? mistaken(r, MU_E_USAGE, row->sender) : MU_OK;
}

static enum mu_err read_clock(struct reading *r, const char *text, int64_t *at_ms)
{
    if (!mu_hours_clock(text, r->hours, at_ms))
        return mistaken_hint(r, MU_E_BAD_VALUE, text, "T+00:06, 14:03, prelude");
    /* What is said before T+00:00 is said in the prelude, where the clock stands still. */
    if (*at_ms < r->hours->start_ms)
        return mistaken_hint(r, MU_E_BAD_VALUE, text, "prelude");
    return MU_OK;
}

static enum mu_err read_plain(struct reading *r, const char *clock, const char *sender, char *rest)
{
    struct mu_row row = {.act = MU_ROW_SAY, .sender = keep(r, sender)};
    enum mu_err err = MU_OK;

    if (row.sender == NULL)
        return mistaken(r, MU_E_NO_MEMORY, "");
    row.prelude = strcmp(clock, "prelude") == 0;
    row.at_ms = r->hours->prelude_ms;
    if (!row.prelude)
        err = read_clock(r, clock, &row.at_ms);
    if (err == MU_OK)
        err = read_words(r, rest, &row);
    return err != MU_OK ? err : add_row(r, &row);
}

/* ---- directives -------------------------------------------------------------------------------------- */

/* Cuts the first word off *rest; NULL when there is none. */
static char *first_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    size_t length = strcspn(word, " \t");

    if (length == 0)
        return NULL;
    *rest = word + length + (word[length] != '\0');
    word[length] = '\0';
    return word;
}

/* The value of "key=value"; NULL when the word is another. */
static const char *value_of(const char *word, const char *key)
{
    size_t length = strlen(key);

    return strncmp(word, key, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

static bool read_minutes(const char *text, int64_t *ms)
{
    char *end;
    long minutes = strtol(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || minutes > 1440)
        return false;
    *ms = minutes * MU_MINUTE_MS;
    return true;
}

static enum mu_err read_seat_word(struct reading *r, const char *word, struct mu_seat_rule *seat)
{
    const char *acknowledge = value_of(word, "acknowledge"), *accept = value_of(word, "accept");

    if (acknowledge != NULL && strcmp(acknowledge, "never") == 0) {
        seat->never = true;
        return MU_OK;
    }
    if (acknowledge != NULL && read_minutes(acknowledge, &seat->acknowledge_ms))
        return MU_OK;
    if (accept != NULL && read_minutes(accept, &seat->accept_ms))
        return MU_OK;
    return mistaken_hint(r, acknowledge != NULL || accept != NULL ? MU_E_BAD_VALUE : MU_E_USAGE,
                         word, "acknowledge=2 accept=2, acknowledge=never");
}

static enum mu_err read_seat(struct reading *r, const char *agency, char *rest)
{
    struct mu_script *script = r->script;
    struct mu_seat_rule seat = mu_script_seat(script, agency);
    struct mu_seat_rule *grown;
    char *word;
    enum mu_err err = MU_OK;

    seat.line = r->line;
    seat.agency = keep(r, agency);
    while (err == MU_OK && (word = first_word(&rest)) != NULL)
        err = read_seat_word(r, word, &seat);
    if (err != MU_OK)
        return err;
    grown = mu_arena_take(&script->arena, (script->seat_count + 1) * sizeof *grown);
    if (grown == NULL || seat.agency == NULL)
        return mistaken(r, MU_E_NO_MEMORY, "");
    if (script->seat_count > 0)
        memcpy(grown, script->seats, script->seat_count * sizeof *grown);
    grown[script->seat_count++] = seat;
    script->seats = grown;
    return MU_OK;
}

/* `text` with every {clock} replaced. Errors: MU_E_TOO_LARGE. */
static enum mu_err fill_clock(const char *text, const char *clock, char *out, size_t size)
{
    static const char place[] = "{clock}";
    struct mu_text filled = mu_text(out, size);
    const char *at;

    while ((at = strstr(text, place)) != NULL) {
        mu_text_addf(&filled, "%.*s%s", (int)(at - text), text, clock);
        text = at + strlen(place);
    }
    mu_text_add(&filled, text);
    return filled.cut ? MU_E_TOO_LARGE : MU_OK;
}

static enum mu_err repeat_once(struct reading *r, const char *clock, const char *sender,
                               const char *words)
{
    char filled[LINE_BYTES_MAX];

    if (fill_clock(words, clock, filled, sizeof filled) != MU_OK)
        return mistaken(r, MU_E_TOO_LARGE, "");
    return read_plain(r, clock, sender, filled);
}

static enum mu_err read_repeat(struct reading *r, const char *sender, char *rest)
{
    char *word = first_word(&rest);
    const char *times = word == NULL ? NULL : value_of(word, "at");
    enum mu_err err = MU_OK;

    if (times == NULL || times[0] == '\0')
        return mistaken_hint(r, MU_E_USAGE, word == NULL ? "" : word, "at=14:30,15:30");
    for (char *clock = strtok(word + 3, ","); err == MU_OK && clock != NULL;
         clock = strtok(NULL, ","))
        err = repeat_once(r, clock, sender, rest);
    return err;
}

static enum mu_err read_link(struct reading *r, const char *sender, char *rest)
{
    struct mu_row row = {.sender = keep(r, sender)};
    char *word;
    enum mu_err err = MU_OK;
    size_t rows = 0;

    if (row.sender == NULL)
        return mistaken(r, MU_E_NO_MEMORY, "");
    for (; err == MU_OK && (word = first_word(&rest)) != NULL; rows++) {
        const char *cut = value_of(word, "cut"), *back = value_of(word, "back");

        if (cut == NULL && back == NULL)
            return mistaken_hint(r, MU_E_USAGE, word, "cut=14:36 back=16:26");
        row.act = cut != NULL ? MU_ROW_CUT : MU_ROW_BACK;
        if ((err = read_clock(r, cut != NULL ? cut : back, &row.at_ms)) == MU_OK)
            err = add_row(r, &row);
    }
    return err == MU_OK && rows == 0 ? mistaken_hint(r, MU_E_USAGE, sender, "cut=14:36 back=16:26")
                                     : err;
}

static const struct {
    const char *word;
    enum mu_err (*read)(struct reading *r, const char *sender, char *rest);
} directives[] = {{"seat", read_seat}, {"repeat", read_repeat}, {"link", read_link}};

/* ---- lines --------------------------------------------------------------------------------------------- */

/* Cuts the column off `*at`; false when no TAB ends it. */
static bool cut_column(char **at, char **column)
{
    char *tab = strchr(*at, '\t');

    if (tab == NULL)
        return false;
    *tab = '\0';
    *column = *at;
    *at = tab + 1;
    return (*column)[0] != '\0';
}

static enum mu_err read_line(struct reading *r, char *line)
{
    char *rest = line, *first, *sender;

    if (line[0] == '\0' || line[0] == '#')
        return MU_OK;
    if (!cut_column(&rest, &first) || !cut_column(&rest, &sender))
        return mistaken_hint(r, MU_E_USAGE, "", "clock TAB sender TAB KIND OBJECT field=value");
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
        if (strcmp(directives[i].word, first) == 0)
            return directives[i].read(r, sender, rest);
    return read_plain(r, first, sender, rest);
}

/* Copies the next line out of `text`, without its end. */
static enum mu_err next_line(struct reading *r, struct mu_bytes *text, char *line)
{
    const uint8_t *end = memchr(text->data, '\n', text->size);
    size_t length = end == NULL ? text->size : (size_t)(end - text->data);

    r->line++;
    if (length >= LINE_BYTES_MAX)
        return mistaken(r, MU_E_TOO_LARGE, "");
    if (!mu_utf8_ok(text->data, length))
        return mistaken(r, MU_E_BAD_TEXT, "");
    memcpy(line, text->data, length);
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' '))
        length--;
    line[length] = '\0';
    size_t passed = end == NULL ? text->size : (size_t)(end - text->data) + 1;
    text->data += passed;
    text->size -= passed;
    return MU_OK;
}

static int play_order(const void *a, const void *b)
{
    const struct mu_row *x = a, *y = b;

    if (x->prelude != y->prelude)
        return x->prelude ? -1 : 1;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

enum mu_err mu_script_read(struct mu_bytes text, const struct mu_hours *hours,
                           struct mu_script *out, struct mu_mistake *mistake)
{
    struct reading r = {.hours = hours, .script = out, .mistake = mistake};
    char line[LINE_BYTES_MAX] = "";
    enum mu_err err = MU_OK;

    *out = (struct mu_script){.arena = mu_arena_make(SCRIPT_BYTES_MAX)};
    while (err == MU_OK && text.size > 0)
        if ((err = next_line(&r, &text, line)) == MU_OK)
            err = read_line(&r, line);
    if (err == MU_OK && out->row_count > 0)
        qsort(out->rows, out->row_count, sizeof *out->rows, play_order);
    return err;
}

void mu_script_free(struct mu_script *script)
{
    mu_arena_free(&script->arena);
}

struct mu_seat_rule mu_script_seat(const struct mu_script *script, const char *agency)
{
    struct mu_seat_rule seat = {
        .agency = agency,
        .acknowledge_ms = MU_SEAT_DELAY_MS,
        .accept_ms = MU_SEAT_DELAY_MS,
    };

    for (size_t i = 0; i < script->seat_count; i++)
        if (strcmp(script->seats[i].agency, agency) == 0)
            seat = script->seats[i];
    return seat;
}
