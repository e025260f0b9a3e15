/* Qinghe's reference data in the words of `muster say`, for stories (tests/help/story.h). */
#include "tests/help/story.h"

#define SPEEDS(n)                                                                                  \
    " road_edge.speeds[0].vehicle_class=truck road_edge.speeds[0].km_per_hour=" #n                 \
    " road_edge.speeds[1].vehicle_class=bus road_edge.speeds[1].km_per_hour=" #n                   \
    " road_edge.speeds[2].vehicle_class=minibus road_edge.speeds[2].km_per_hour=" #n               \
    " road_edge.speeds[3].vehicle_class=ambulance road_edge.speeds[3].km_per_hour=40"
#define EDGE(id, a, b, km, more)                                                                   \
    "reference_object " id " kind=road_edge road_edge.from_node=" a " road_edge.to_node=" b        \
    " road_edge.length_m=" km " road_edge.place_type=road" more
#define SHELTER(id, area, node, more, persons, floor, water, toilets, taps, order)                 \
    "reference_object " id " area=" area " kind=shelter node=" node more                           \
    " shelter.capacity_persons=" persons " shelter.floor_m2=" floor                                \
    " shelter.own_water_l_per_day=" water " shelter.toilets=" toilets " shelter.taps=" taps        \
    " shelter.proposal_order=" order

static const char rates[] =
    "rate_table QH-RATES table=QH-RATES-1 period_min=1440 covered_twice_per_mille=1200"
    " lines[0].item=water lines[0].unit=litre lines[0].basis=per_person_day"
    " lines[0].rate_milli=15.0 lines[0].reserve_per_mille=100"
    " lines[0].population_kinds=centralised,dispersed,precautionary"
    " lines[0].shelter_own_counts=true lines[0].needs_stock=true"
    " lines[1].item=meal lines[1].unit=meal lines[1].basis=per_person_day lines[1].rate_milli=3.0"
    " lines[1].reserve_per_mille=100"
    " lines[1].population_kinds=centralised,dispersed,precautionary lines[1].needs_stock=true"
    " lines[2].item=quilt lines[2].unit=piece lines[2].basis=per_person lines[2].rate_milli=1.0"
    " lines[2].population_kinds=centralised lines[2].needs_stock=true"
    " lines[3].item=floor lines[3].unit=square_metre lines[3].basis=per_person"
    " lines[3].rate_milli=3.5 lines[3].population_kinds=centralised"
    " lines[3].shelter_own_counts=true lines[3].needs_stock=false"
    " lines[4].item=toilet lines[4].unit=piece lines[4].basis=persons_per_piece"
    " lines[4].persons_per_piece=20 lines[4].population_kinds=centralised"
    " lines[4].shelter_own_counts=true lines[4].needs_stock=true"
    " lines[5].item=tap lines[5].unit=piece lines[5].basis=persons_per_piece"
    " lines[5].persons_per_piece=250 lines[5].population_kinds=centralised"
    " lines[5].shelter_own_counts=true lines[5].needs_stock=false";

static const char matrix[] =
    "matrix QH-MATRIX"
    " lines[0].place_type=road lines[0].activity=evacuation lines[0].beside=evacuation"
    " lines[0].verdict=compatible"
    " lines[1].place_type=road lines[1].effect=closes lines[1].beside=evacuation"
    " lines[1].verdict=exclusive"
    " lines[2].place_type=road lines[2].effect=closes lines[2].beside=convoy"
    " lines[2].verdict=exclusive"
    " lines[3].place_type=road lines[3].effect=one_lane_open lines[3].verdict=coordinate"
    " lines[4].place_type=road lines[4].effect=narrows lines[4].verdict=coordinate"
    " lines[5].place_type=road lines[5].effect=closes lines[5].beside=ambulance"
    " lines[5].verdict=exclusive"
    " lines[6].place_type=river_zone lines[6].activity=levee_patrol lines[6].beside=release"
    " lines[6].verdict=compatible"
    " lines[7].place_type=river_zone lines[7].activity=stand_by lines[7].beside=release"
    " lines[7].verdict=compatible"
    " lines[8].place_type=river_zone lines[8].beside=release lines[8].verdict=coordinate"
    " lines[9].place_type=* lines[9].verdict=compatible";

#define ZONE(i, area_, m, node_)                                                                   \
    " river_chain.zones[" #i "].area=" area_ " river_chain.zones[" #i "].distance_m=" m            \
    " river_chain.zones[" #i "].node=" node_

static const char river[] =
    "reference_object QING-RIVER kind=river_chain river_chain.structure=LONGTAN" ZONE(
        0, "cn/99/01/21/201/201", "8100", "N-SW") ZONE(1, "cn/99/01/21/201/202", "13500", "N-XW")
        ZONE(2, "cn/99/01/21/101/201", "21600", "N-BD") ZONE(3, "cn/99/01/21/100", "32400", "N-CG");

static const char reservoir[] =
    "reference_object LONGTAN kind=structure structure.kind=dam structure.datum=cn1985"
    " structure.hold_limit_level_mm=187.60m structure.dispatch_role=dispatch_longtan"
    " structure.rises[0].outflow_milli_m3s=40m3/s structure.rises[0].rise_mm_per_hour=300"
    " structure.rises[1].outflow_milli_m3s=140m3/s structure.rises[1].rise_mm_per_hour=180";

static const char travel[] =
    "travel_table QING-TRAVEL river_chain=QING-RIVER basis=\"observed rises\""
    " classes[0].code=A classes[0].below_milli_m3s=150m3/s classes[0].fast_m_per_min=180"
    " classes[0].slow_m_per_min=135"
    " classes[1].code=B classes[1].from_milli_m3s=150m3/s classes[1].fast_m_per_min=270"
    " classes[1].slow_m_per_min=180";

static const struct {
    const char *agency, *words;
} reference[] = {
    {"PS", EDGE("E11", "N-SW", "N-XW", "6km", SPEEDS(30))},
    {"PS", EDGE("E12", "N-XW", "N-BD", "5km", SPEEDS(30))},
    {"PS", EDGE("E13", "N-BD", "N-LL", "4km", SPEEDS(30))},
    {"PS", EDGE("E14", "N-CG", "N-BD", "10km", SPEEDS(30))},
    {"PS", EDGE("E15", "N-SW", "N-LL", "14km", " road_edge.max_load_kg=5t" SPEEDS(20))},
    {"PS", EDGE("S210", "N-LL", "N-CG", "18km", SPEEDS(30))},
    {"CA", SHELTER("S1", "cn/99/01/21/101", "N-LL", "", "700", "2450", "4000", "12", "4", "1")},
    {"CA", SHELTER("S2", "cn/99/01/21/101/201", "N-BD", " river_zone=cn/99/01/21/101/201", "260",
                   "910", "0", "6", "2", "2")},
    {"CA", SHELTER("S3", "cn/99/01/21/100", "N-CG", "", "1200", "4200", "10000", "40", "12", "3")},
    {"CA", "reference_object D1 area=cn/99/01/21/100 kind=depot node=N-CG depot.agency=CA"},
    {"CA", "reference_object D-CITY kind=party party.entered_by=CA"},
    {"CA", rates},
    {"EM", "role_map QH-ROLES lines[0].role=flood_command lines[0].agency=CMD"
           " lines[1].role=relief_supply lines[1].agency=CA"
           " lines[2].role=shelters lines[2].agency=CA"},
    {"CA", "stock D1 area=cn/99/01/21/100 counted_at_ms=13:30"
           " lines[0].item=quilt lines[0].unit=piece lines[0].usable_milli=800.0"
           " lines[1].item=water lines[1].unit=litre lines[1].usable_milli=12000.0"
           " lines[2].item=meal lines[2].unit=meal lines[2].usable_milli=3000.0"
           " lines[3].item=toilet lines[3].unit=piece lines[3].usable_milli=25.0"},
    {"EM", matrix},
    {"WR", reservoir},
    {"WR", river},
    {"WR", travel},
    {"EM", "incident INC-01 hazard=flash_flood state=open began_at_ms=13:45"},
};

void story_qinghe(struct story *story)
{
    for (size_t i = 0; i < sizeof reference / sizeof reference[0]; i++)
        story_says(story, NULL, reference[i].agency, reference[i].words);
}
