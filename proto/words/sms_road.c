/* Roads and measures: "路断", "E15 6公里处断", "水深1.2米", "14:20". */
#include "proto/words/sms_bind.h"

#include <string.h>

#define MILLI 1000u
#define KILOMETRE_MM 1000000u

static bool is_class(const struct mu_sms_line *line, size_t at, enum mu_sms_class class)
{
    return at != MU_SMS_NOWHERE && line->tokens[at].class == class && !line->tokens[at].used;
}

static bool clause_has(const struct mu_sms_line *line, size_t at, enum mu_sms_class class)
{
    size_t i = at;

    while (i > 0 && line->tokens[i - 1].class != MU_SMS_SEP)
        i--;
    for (; i < line->count && line->tokens[i].class != MU_SMS_SEP; i++)
        if (line->tokens[i].class == class)
            return true;
    return false;
}

/* ---- measures -------------------------------------------------------------------------------------- */

static void use(struct mu_sms_line *line, size_t at)
{
    if (at != MU_SMS_NOWHERE)
        line->tokens[at].used = true;
}

/* A measure that measures nothing we know stays words. */
static void leave_words(struct mu_sms_line *line, size_t number, size_t unit)
{
    line->tokens[number].class = MU_SMS_TEXT;
    line->tokens[unit].class = MU_SMS_TEXT;
}

static bool set_depth(struct mu_sms_line *line, size_t number, size_t unit, int64_t mm)
{
    size_t left = mu_sms_next(line, number, -1), right = mu_sms_next(line, unit, +1);
    size_t word = is_class(line, left, MU_SMS_DEPTH_)    ? left
                  : is_class(line, right, MU_SMS_DEPTH_) ? right
                                                         : MU_SMS_NOWHERE;

    if (word == MU_SMS_NOWHERE)
        return false;
    line->sms->has_depth = true;
    line->sms->depth_mm = mm;
    use(line, word);
    return true;
}

/* "断了6公里" is a length, "6公里处" and "km 6" are places on the road. */
static bool set_mark(struct mu_sms_line *line, size_t number, size_t unit, int64_t mm)
{
    size_t mark = mu_sms_next(line, unit, +1);
    bool is_mark = is_class(line, mark, MU_SMS_MARK_);

    if (line->tokens[unit].value != KILOMETRE_MM || (!is_mark && unit > number) ||
        line->sms->has_at_m)
        return false;
    line->sms->has_at_m = true;
    line->sms->at_m = mm / 1000;
    if (is_mark)
        use(line, mark);
    return true;
}

static void bind_length(struct mu_sms_line *line, size_t unit)
{
    size_t before = mu_sms_next(line, unit, -1), after = mu_sms_next(line, unit, +1);
    size_t number = is_class(line, before, MU_SMS_NUM)  ? before
                    : is_class(line, after, MU_SMS_NUM) ? after
                                                        : MU_SMS_NOWHERE;

    if (number == MU_SMS_NOWHERE) {
        line->tokens[unit].class = MU_SMS_TEXT;
        return;
    }
    int64_t mm = (int64_t)line->tokens[number].value * line->tokens[unit].value / MILLI;
    if (!set_depth(line, number, unit, mm) && !set_mark(line, number, unit, mm)) {
        leave_words(line, number, unit);
        return;
    }
    use(line, number);
    use(line, unit);
}

/* ---- roads ------------------------------------------------------------------------------------------ */

static void set_state(struct mu_sms_line *line, size_t at, bool named)
{
    struct mu_sms *sms = line->sms;
    uint32_t state = line->tokens[at].value;

    use(line, at);
    if (sms->road_state != 0 && sms->road_state != state && !line->two_states) {
        line->two_states = true;
        mu_sms_doubt(line, MU_SMS_EITHER, -1, at);
    }
    if (sms->road_state == 0)
        sms->road_state = state;
    sms->road_named |= named;
    sms->one_lane |= line->tokens[at].class == MU_SMS_LANE_;
}

/* Without a road beside it, a state may be a bridge's or a cable's: only behind its name is it kept. */
static void bind_state(struct mu_sms_line *line, size_t at)
{
    bool named = clause_has(line, at, MU_SMS_ROAD_) || clause_has(line, at, MU_SMS_EDGE);
    bool follows = at > 0 && line->tokens[at - 1].class == MU_SMS_TEXT &&
                   (line->tokens[at].glued || !line->tokens[at].lone);

    if (named || follows)
        set_state(line, at, named);
}

static void use_roads(struct mu_sms_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].class == MU_SMS_ROAD_ &&
            (clause_has(line, i, MU_SMS_STATE_) || clause_has(line, i, MU_SMS_LANE_)))
            line->tokens[i].used = true;
}

static void bind_edge(struct mu_sms_line *line, size_t at)
{
    struct mu_sms *sms = line->sms;
    struct mu_sms_piece piece = {line->tokens[at].from, line->tokens[at].to};

    use(line, at);
    if (sms->has_edge &&
        (piece.to - piece.from != sms->edge.to - sms->edge.from ||
         memcmp(sms->text + piece.from, sms->text + sms->edge.from, piece.to - piece.from) != 0)) {
        mu_sms_doubt(line, MU_SMS_EITHER, -1, at);
        return;
    }
    sms->has_edge = true;
    sms->edge = piece;
}

/* ---- everything that is no count ------------------------------------------------------------------------ */

static void bind_one(struct mu_sms_line *line, size_t at)
{
    struct mu_sms_token *token = &line->tokens[at];
    struct mu_sms *sms = line->sms;

    switch (token->class) {
    case MU_SMS_LENGTH_:
        bind_length(line, at);
        break;
    case MU_SMS_EDGE:
        bind_edge(line, at);
        break;
    case MU_SMS_KM:
        sms->has_at_m = true;
        sms->at_m = token->value;
        use(line, at);
        break;
    case MU_SMS_CLOCK:
        sms->has_clock = true;
        sms->clock_min = (int)token->value;
        use(line, at);
        break;
    case MU_SMS_LONG:
        mu_sms_doubt(line, MU_SMS_TELEPHONE, -1, at);
        use(line, at);
        break;
    case MU_SMS_STATE_:
    case MU_SMS_LANE_:
        bind_state(line, at);
        break;
    case MU_SMS_BOTH_:
        set_state(line, at, true);
        break;
    default:
        break;
    }
}

static void bind_hazards(struct mu_sms_line *line)
{
    uint32_t first = 0;
    bool two = false;

    for (size_t i = 0; i < line->count; i++) {
        if (line->tokens[i].class != MU_SMS_HAZARD_)
            continue;
        use(line, i);
        two |= first != 0 && first != line->tokens[i].value;
        first = line->tokens[i].value;
    }
    line->sms->hazard = two ? 0 : first;
}

void mu_sms_bind_roads(struct mu_sms_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        if (!line->tokens[i].used)
            bind_one(line, i);
    use_roads(line);
    bind_hazards(line);
}
