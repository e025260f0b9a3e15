#include "agents/cli/import/json.h"

#include <string.h>

struct parse {
    const uint8_t *at, *end;
    mu_arena *arena;
};

static int peek(struct parse *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
    return p->at < p->end ? *p->at : -1;
}

static bool pass_mark(struct parse *p, int c)
{
    if (peek(p) != c)
        return false;
    p->at++;
    return true;
}

/* ---- strings ---- */

static int hex_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex(struct parse *p, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        int digit = p->at < p->end ? hex_of(*p->at) : -1;

        if (digit < 0)
            return false;
        *out = *out * 16 + (uint32_t)digit;
    }
    return true;
}

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* \uXXXX, a pair of them where UTF-16 needs two. */
static enum mu_err take_unicode(struct parse *p, char *out, size_t *size)
{
    uint32_t c, low;

    if (!take_hex(p, &c))
        return MU_E_MALFORMED;
    if (c >= 0xd800 && c < 0xdc00) {
        if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
            return MU_E_BAD_TEXT;
        p->at += 2;
        if (!take_hex(p, &low) || low < 0xdc00 || low > 0xdfff)
            return MU_E_BAD_TEXT;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c < 0xe000) {
        return MU_E_BAD_TEXT;
    }
    if (c == 0)
        return MU_E_BAD_TEXT;
    *size += put_utf8(c, out + *size);
    return MU_OK;
}

static enum mu_err take_escape(struct parse *p, char *out, size_t *size)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint8_t c = p->at < p->end ? *p->at++ : 0;
    const char *found = c == 0 ? NULL : strchr(from, c);

    if (c == 'u')
        return take_unicode(p, out, size);
    if (found == NULL)
        return MU_E_MALFORMED;
    out[(*size)++] = to[found - from];
    return MU_OK;
}

static enum mu_err read_string(struct parse *p, const char **out)
{
    const uint8_t *closing;
    char *text;
    size_t size = 0;
    enum mu_err err = MU_OK;

    if (!pass_mark(p, '"'))
        return MU_E_MALFORMED;
    for (closing = p->at; closing < p->end && *closing != '"'; closing++)
        closing += *closing == '\\';
    if (closing >= p->end)
        return MU_E_MALFORMED;
    /* Escapes are never longer read than written. */
    if ((text = mu_arena_take(p->arena, (size_t)(closing - p->at) + 1)) == NULL)
        return MU_E_NO_MEMORY;
    while (err == MU_OK && p->at < closing) {
        uint8_t c = *p->at++;

        if (c < 0x20)
            return MU_E_MALFORMED;
        if (c == '\\')
            err = take_escape(p, text, &size);
        else
            text[size++] = (char)c;
    }
    text[size] = '\0';
    *out = text;
    return err == MU_OK && !pass_mark(p, '"') ? MU_E_MALFORMED : err;
}

/* ---- the rest ---- */

static bool pass_run(struct parse *p)
{
    const uint8_t *start = p->at;

    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > start;
}

static enum mu_err read_number(struct parse *p, const char **out)
{
    const uint8_t *start = p->at;

    if (*p->at == '-')
        p->at++;
    if (p->at < p->end && *p->at == '0')
        p->at++;
    else if (!pass_run(p))
        return MU_E_MALFORMED;
    if (p->at < p->end && *p->at == '.' && (p->at++, !pass_run(p)))
        return MU_E_MALFORMED;
    if (p->at < p->end && (*p->at | 0x20) == 'e') {
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        if (!pass_run(p))
            return MU_E_MALFORMED;
    }
    *out = mu_arena_copy(p->arena, start, (size_t)(p->at - start));
    return *out == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static bool pass_word(struct parse *p, const char *word)
{
    size_t size = strlen(word);

    if ((size_t)(p->end - p->at) < size || memcmp(p->at, word, size) != 0)
        return false;
    p->at += size;
    return true;
}

static enum mu_err read_value(struct parse *p, unsigned depth, struct mu_json_node **out);

static enum mu_err read_members(struct parse *p, unsigned depth, struct mu_json_node *node, int end)
{
    struct mu_json_node **last = &node->first;
    enum mu_err err;

    p->at++;
    if (pass_mark(p, end))
        return MU_OK;
    do {
        const char *key = NULL;

        if (node->kind == MU_JSON_OBJECT) {
            if ((err = read_string(p, &key)) != MU_OK)
                return err;
            if (!pass_mark(p, ':'))
                return MU_E_MALFORMED;
        }
        if ((err = read_value(p, depth + 1, last)) != MU_OK)
            return err;
        (*last)->key = key;
        last = &(*last)->next;
    } while (pass_mark(p, ','));
    return pass_mark(p, end) ? MU_OK : MU_E_MALFORMED;
}

static enum mu_err read_value(struct parse *p, unsigned depth, struct mu_json_node **out)
{
    struct mu_json_node *node = mu_arena_take(p->arena, sizeof *node);
    int c = peek(p);

    if (node == NULL)
        return MU_E_NO_MEMORY;
    *out = node;
    *node = (struct mu_json_node){.kind = MU_JSON_NULL, .text = ""};
    if (depth > MU_JSON_TREE_DEPTH_MAX)
        return MU_E_TOO_DEEP;
    if (c == '{' || c == '[') {
        node->kind = c == '{' ? MU_JSON_OBJECT : MU_JSON_LIST;
        return read_members(p, depth, node, c == '{' ? '}' : ']');
    }
    if (c == '"') {
        node->kind = MU_JSON_STRING;
        return read_string(p, &node->text);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        node->kind = MU_JSON_NUMBER;
        return read_number(p, &node->text);
    }
    if (pass_word(p, "null"))
        return MU_OK;
    node->kind = MU_JSON_BOOL;
    return pass_word(p, "true") || pass_word(p, "false") ? MU_OK : MU_E_MALFORMED;
}

enum mu_err mu_json_tree(struct mu_bytes text, mu_arena *arena, struct mu_json_node **out)
{
    struct parse p = {text.data, text.data + text.size, arena};
    enum mu_err err = read_value(&p, 0, out);

    return err == MU_OK && peek(&p) != -1 ? MU_E_MALFORMED : err;
}

const struct mu_json_node *mu_json_get(const struct mu_json_node *node, const char *key)
{
    if (node == NULL || node->kind != MU_JSON_OBJECT)
        return NULL;
    for (const struct mu_json_node *at = node->first; at != NULL; at = at->next)
        if (strcmp(at->key, key) == 0)
            return at;
    return NULL;
}

const char *mu_json_words(const struct mu_json_node *node)
{
    return node == NULL ? "" : node->text;
}

const struct mu_json_node *mu_json_first(const struct mu_json_node *node)
{
    return node == NULL || node->kind != MU_JSON_LIST ? NULL : node->first;
}
