package io.troupe.demo.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The answer to "did we lose anything?", entity by entity.
 *
 * @param entities   how many entities were compared
 * @param matching   how many hold exactly what they must
 * @param lost       events that are missing, over all entities
 * @param doubled    events too many, over all entities
 * @param reordered  entities with the right number of events whose sums or chain differ: something was swapped
 * @param unreadable entities that gave no answer
 * @param mismatches what differs, for the first few entities
 */
public record Verdict(
        int entities, int matching, long lost, long doubled, int reordered, int unreadable, List<String> mismatches) {
    /** How many mismatching entities are described one by one. */
    public static final int MAX_DESCRIBED = 5;

    /**
     * Compares.
     *
     * @param expected what every entity must hold
     * @param actual   what the entities said; an entity that gave no answer is absent
     * @return the verdict
     */
    public static Verdict compare(Map<String, Totals> expected, Map<String, Totals> actual) {
        int matching = 0;
        long lost = 0;
        long doubled = 0;
        int reordered = 0;
        int unreadable = 0;
        List<String> mismatches = new ArrayList<>();
        for (Map.Entry<String, Totals> entry : expected.entrySet()) {
            Totals must = entry.getValue();
            Totals is = actual.get(entry.getKey());
            if (must.equals(is)) {
                matching++;
                continue;
            }
            if (mismatches.size() < MAX_DESCRIBED) {
                mismatches.add(entry.getKey() + " must hold " + must + " but "
                        + (is == null ? "gave no answer" : "holds " + is));
            }
            if (is == null) {
                unreadable++;
            } else if (is.events() == must.events()) {
                reordered++;
            } else {
                lost += Math.max(0, must.events() - is.events());
                doubled += Math.max(0, is.events() - must.events());
            }
        }
        return new Verdict(expected.size(), matching, lost, doubled, reordered, unreadable, List.copyOf(mismatches));
    }

    /**
     * {@return true if the run kept its promise}
     *
     * @param doublesAllowed true for at-least-once, which promises that nothing is lost and no more
     */
    public boolean isOk(boolean doublesAllowed) {
        return doublesAllowed ? lost == 0 && reordered == 0 && unreadable == 0 : matching == entities;
    }

    /**
     * {@return the verdict on one line}
     *
     * @param entityName what the entities are called, in the plural
     */
    public String line(String entityName) {
        return String.format(
                Locale.ROOT,
                "%,d/%,d %s match (events, units, amount, order): LOST %,d, DOUBLED %,d%s%s",
                matching,
                entities,
                entityName,
                lost,
                doubled,
                reordered == 0 ? "" : String.format(Locale.ROOT, ", REORDERED %,d", reordered),
                unreadable == 0 ? "" : String.format(Locale.ROOT, ", UNREADABLE %,d", unreadable));
    }
}
