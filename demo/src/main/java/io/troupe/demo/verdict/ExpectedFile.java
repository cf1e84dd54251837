package io.troupe.demo.verdict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.troupe.demo.input.BadInputException;

/**
 * A table of expected totals that somebody else computed, kept beside the data file. It keeps this demo's own reader
 * and adder honest: a mistake in them would otherwise be made on both sides of the verdict.
 */
public final class ExpectedFile {
    private static final String HEADER = "entity,events,units,amount_milli,last_line,chain_hex";
    private static final int FIELDS = 6;

    private ExpectedFile() {}

    /**
     * Compares our totals with a table.
     *
     * @param file  the table
     * @param ours  our totals by entity id
     * @return how many entities were compared
     * @throws BadInputException if the table is malformed or says something else
     */
    public static int check(Path file, Map<String, Totals> ours) {
        Map<String, Totals> theirs = read(file);
        for (Map.Entry<String, Totals> entry : theirs.entrySet()) {
            Totals mine = ours.getOrDefault(entry.getKey(), Totals.NONE);
            if (!mine.equals(entry.getValue())) {
                throw new BadInputException(file + " disagrees with the data file beside it about " + entry.getKey()
                        + ": the table says " + entry.getValue() + "; the data file gives " + mine
                        + ". Remove the table if it belongs to other data");
            }
        }
        if (theirs.size() != ours.size()) {
            throw new BadInputException(file + " names " + theirs.size() + " entities but the data file beside it has "
                    + ours.size() + ". Remove the table if it belongs to other data");
        }
        return theirs.size();
    }

    private static Map<String, Totals> read(Path file) {
        List<String> rows;
        try {
            rows = Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new BadInputException(file + " cannot be read: " + unreadable);
        }
        if (rows.isEmpty() || !rows.get(0).equals(HEADER)) {
            throw new BadInputException(file + " line 1: expected the header " + HEADER);
        }
        Map<String, Totals> totals = new HashMap<>();
        for (int i = 1; i < rows.size(); i++) {
            // No field of such a table is ever quoted, so a plain split is enough.
            String[] fields = rows.get(i).split(",", -1);
            try {
                totals.put(fields[0], totals(fields));
            } catch (NumberFormatException malformed) {
                throw new BadInputException(file + " line " + (i + 1) + ": expected " + HEADER);
            }
        }
        return totals;
    }

    private static Totals totals(String[] fields) {
        if (fields.length != FIELDS) {
            throw new NumberFormatException("field count");
        }
        return new Totals(
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                Long.parseLong(fields[4]),
                Long.parseUnsignedLong(fields[5], 16));
    }
}
