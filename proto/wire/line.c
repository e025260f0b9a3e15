#include "proto/wire/say.h"

#include <string.h>

/* Where one word ends and the next begins is decided while its quotes are taken out, so reading and
 * writing walk the same line: writing never overtakes reading. */
struct cutter {
    char *read;
    char *write;
    bool quoted;
};

static bool ends_word(const struct cutter *c)
{
    return *c->read == '\0' || (!c->quoted && (*c->read == ' ' || *c->read == '\t'));
}

static void take_character(struct cutter *c)
{
    if (*c->read != '"') {
        *c->write++ = *c->read++;
        return;
    }
    if (c->quoted && c->read[1] == '"') {
        *c->write++ = '"';
        c->read += 2;
        return;
    }
    c->quoted = !c->quoted;
    c->read++;
}

size_t mu_say_words(char *line, char **words, bool *open)
{
    struct cutter c = {.quoted = false};
    size_t count = 0;

    c.read = c.write = line;

    *open = false;
    for (;;) {
        c.read += strspn(c.read, " \t");
        if (*c.read == '\0')
            return count;
        if (count == MU_SAY_WORDS_MAX)
            return MU_SAY_WORDS_MAX + 1;
        words[count++] = c.write;
        while (!ends_word(&c))
            take_character(&c);
        if (c.quoted) {
            *open = true;
            return 0;
        }
        bool more = *c.read != '\0';
        c.read += more ? 1 : 0;
        *c.write++ = '\0';
        if (!more)
            return count;
    }
}
