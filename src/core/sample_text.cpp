#include "core/sample_text.hpp"

namespace pg_stress::core::sample_text {

namespace {

constexpr std::string_view kGiven[] = {
    "Ada",   "Bruno",  "Carla",  "Dmitri", "Elena", "Farid", "Greta", "Hugo",
    "Ines",  "Jonas",  "Keiko",  "Lars",   "Maya",  "Nils",  "Olga",  "Pablo",
    "Quinn", "Rosa",   "Samuel", "Tessa",  "Umar",  "Vera",  "Wanda", "Xavier",
    "Yara",  "Zoltan", "Aisha",  "Bela",   "Chloe", "Dario", "Emil",  "Fatima"};

constexpr std::string_view kFamily[] = {
    "Abel",   "Bauer",  "Castro",   "Dubois", "Eriksen", "Fischer", "Garcia", "Hansen",
    "Ito",    "Jansen", "Kowalski", "Lopez",  "Meyer",   "Novak",   "Okafor", "Petrov",
    "Quist",  "Rossi",  "Silva",    "Tanaka", "Ueda",    "Vogel",   "Weber",  "Xu",
    "Yilmaz", "Zhang",  "Almeida",  "Berg",   "Conti",   "Dahl",    "Engel",  "Farkas"};

constexpr std::string_view kTowns[] = {"Northfield",  "Eastham",   "Oakville", "Rivermouth",
                                       "Stonebridge", "Hillcrest", "Lakeside", "Millbrook",
                                       "Fairhaven",   "Greenport", "Westbury", "Ashford",
                                       "Clearwater",  "Dunmore",   "Elmwood",  "Foxborough"};

constexpr std::string_view kStreets[] = {"High Street",   "Station Road", "Church Lane",
                                         "Mill Road",     "Park Avenue",  "Market Square",
                                         "Bridge Street", "Garden Way"};

constexpr std::string_view kMaterials[] = {
    "Oak",   "Steel",   "Linen",   "Copper", "Bamboo", "Glass",  "Cork",   "Wool",
    "Slate", "Leather", "Ceramic", "Birch",  "Brass",  "Cotton", "Marble", "Walnut"};

constexpr std::string_view kAdjectives[] = {
    "Nordic", "Compact", "Classic", "Bright", "Quiet", "Folding", "Sturdy", "Slim",
    "Rustic", "Modern",  "Round",   "Little", "Grand", "Light",   "Soft",   "Clever"};

constexpr std::string_view kThings[] = {
    "Lamp",   "Chair", "Table",  "Shelf",  "Kettle", "Mug",     "Blanket", "Clock",
    "Basket", "Bench", "Mirror", "Pillow", "Rug",    "Vase",    "Bowl",    "Tray",
    "Stool",  "Desk",  "Frame",  "Candle", "Bottle", "Lantern", "Teapot",  "Cabinet",
    "Hook",   "Plate", "Pan",    "Knife",  "Board",  "Jar",     "Planter", "Bookend"};

constexpr std::string_view kWords[] = {
    "the",     "a",      "very",  "good",    "and",   "with",  "our",     "new",
    "order",   "came",   "late",  "early",   "works", "well",  "quality", "box",
    "colour",  "size",   "fits",  "small",   "large", "price", "fair",    "return",
    "please",  "send",   "parts", "missing", "again", "happy", "kitchen", "room",
    "looks",   "better", "than",  "before",  "after", "two",   "weeks",   "of",
    "use",     "still",  "like",  "handle",  "broke", "but",   "service", "quick",
    "answer",  "thank",  "you",   "would",   "buy",   "not",   "sure",    "about",
    "surface", "light",  "in",    "this",    "photo", "shows", "damage",  "corner"};
static_assert(std::size(kWords) == 64, "six bits choose a word");

} // namespace

std::string_view given_name(Random& random) { return pick(random, kGiven); }
std::string_view family_name(Random& random) { return pick(random, kFamily); }
std::string_view town(Random& random) { return pick(random, kTowns); }
std::string_view street(Random& random) { return pick(random, kStreets); }
std::string_view material(Random& random) { return pick(random, kMaterials); }
std::string_view adjective(Random& random) { return pick(random, kAdjectives); }
std::string_view thing(Random& random) { return pick(random, kThings); }

void append_prose(std::string& text, Random& random, int64_t words) {
    uint64_t bits = 0;
    bool sentence_starts = true;
    for (int64_t i = 0; i < words; ++i) {
        if (i % 10 == 0) {
            bits = random.next(); // enough for ten words
        }
        const std::string_view word = kWords[bits & 63];
        bits >>= 6;
        if (i != 0) {
            text.push_back(' ');
        }
        const size_t at = text.size();
        text.append(word);
        if (sentence_starts) {
            text[at] = static_cast<char>(text[at] - 'a' + 'A');
        }
        sentence_starts = i % 9 == 8 || i + 1 == words;
        if (sentence_starts) {
            text.push_back('.');
        }
    }
}

std::string slug(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c >= 'A' && c <= 'Z') {
            out.push_back(static_cast<char>(c - 'A' + 'a'));
        } else {
            out.push_back((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-');
        }
    }
    return out;
}

} // namespace pg_stress::core::sample_text
