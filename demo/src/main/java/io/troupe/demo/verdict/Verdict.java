package io.troupe.demo.verdict;

import java.util.Locale;
import java.util.Map;

/**
 * The answer to "did we lose anything?", entity by entity.
 *
 * @param matches   which entities hold exactly what they must
 * @param lost      events that are missing, over all entities
 * @param doubled   events too many, over all entities
 * @param reordered entities with the right number of events whose sums or chain differ: something was swapped
 */
public record Verdict(Matches matches, long lost, long doubled, int reordered) {
    /**
     * Compares.
     *
     * @param expected what every entity must hold
     * @param actual   what the entities said; an entity that gave no answer is absent
     * @return the verdict
     */
    public static Verdict compare(Map<String, Totals> expected, Map<String, Totals> actual) {
        long lost = 0;
        long doubled = 0;
        int reordered = 0;
        for (Map.Entry<String, Totals> entry : expected.entrySet()) {
            Totals must = entry.getValue();
            Totals is = actual.get(entry.getKey());
            if (is != null && !is.equals(must)) {
                reordered += is.events() == must.events() ? 1 : 0;
                lost += Math.max(0, must.events() - is.events());
                doubled += Math.max(0, is.events() - must.events());
            }
        }
        return new Verdict(Matches.compare(expected, actual), lost, doubled, reordered);
    }

    /**
     * {@return true if the run kept its promise}
     *
     * @param doublesAllowed true for at-least-once, which promises that nothing is lost and no more
     */
    public boolean isOk(boolean doublesAllowed) {
        return doublesAllowed ? lost == 0 && reordered == 0 && matches.unreadable() == 0 : matches.isAll();
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
                matches.matching(),
                matches.entities(),
                entityName,
                lost,
                doubled,
                reordered == 0 ? "" : String.format(Locale.ROOT, ", REORDERED %,d", reordered),
                matches.unreadable() == 0 ? "" : String.format(Locale.ROOT, ", UNREADABLE %,d", matches.unreadable()));
    }
}
