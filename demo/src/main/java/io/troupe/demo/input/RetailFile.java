package io.troupe.demo.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;

/**
 * Reads the CSV format of the UCI "Online Retail" data set, plain or gzipped. Strict: the first malformed line ends the
 * reading with its line number, because a line that is skipped in silence would make every later verdict worthless.
 */
public final class RetailFile {
    private static final List<String> HEADER = List.of(
            "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");
    private static final int INVOICE = 0;
    private static final int STOCK = 1;
    private static final int QUANTITY = 3;
    private static final int UNIT_PRICE = 5;
    private static final int CUSTOMER = 6;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final Path file;
    private final List<OrderLine> lines = new ArrayList<>();
    /** One String per distinct customer and item: half a million lines name only some ten thousand of them. */
    private final Map<String, String> names = new HashMap<>();

    private RetailFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @param file     the file, plain or gzipped
     * @param maxLines how many order lines to take, from the start
     * @return the lines
     * @throws BadInputException if the file cannot be read or a line is malformed
     */
    public static OrderBook read(Path file, int maxLines) {
        if (!Files.isRegularFile(file)) {
            throw new BadInputException("data file " + file
                    + (Files.exists(file) ? " is not a regular file" : " does not exist")
                    + ": name a CSV file, plain or gzipped, in the format of the UCI Online Retail data set");
        }
        RetailFile reader = new RetailFile(file);
        reader.readLines(maxLines);
        if (reader.lines.isEmpty()) {
            throw new BadInputException("data file " + file + " has a header but no order line");
        }
        return new OrderBook(String.valueOf(file.getFileName()), Collections.unmodifiableList(reader.lines));
    }

    private void readLines(int maxLines) {
        try (InputStream bytes = open();
                Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8);
                CsvReader<CsvRecord> csv = CsvReader.builder()
                        .allowUnclosedQuote(false)
                        // The fields are counted below, where the message can name the line.
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .ofCsvRecord(text)) {
            Iterator<CsvRecord> records = csv.iterator();
            checkHeader(records);
            while (lines.size() < maxLines && records.hasNext()) {
                if (lines.size() == OrderBook.MAX_LINES) {
                    throw new BadInputException("data file " + file + " has more than " + OrderBook.MAX_LINES
                            + " order lines: take a part of it with --events");
                }
                lines.add(toOrderLine(records.next()));
            }
        } catch (CsvParseException | UncheckedIOException | IOException unreadable) {
            throw new BadInputException("data file " + file + " cannot be read after order line " + lines.size() + ": "
                    + innermost(unreadable));
        }
    }

    private InputStream open() throws IOException {
        BufferedInputStream bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        bytes.mark(2);
        int magic = bytes.read() << 8 | bytes.read();
        bytes.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(bytes, 1 << 16) : bytes;
    }

    private void checkHeader(Iterator<CsvRecord> records) {
        List<String> found;
        try {
            found = records.next().getFields();
        } catch (NoSuchElementException empty) {
            throw new BadInputException(
                    "data file " + file + " is empty: expected the header " + String.join(",", HEADER));
        }
        List<String> withoutMark = new ArrayList<>(found);
        withoutMark.set(0, found.get(0).replace("\uFEFF", ""));
        if (!withoutMark.equals(HEADER)) {
            throw new BadInputException("data file " + file + " line 1: expected the header " + String.join(",", HEADER)
                    + " but found " + String.join(",", found));
        }
    }

    private OrderLine toOrderLine(CsvRecord row) {
        if (row.getFieldCount() != HEADER.size()) {
            throw malformed(row, "expected " + HEADER.size() + " fields but found " + row.getFieldCount());
        }
        String invoice = row.getField(INVOICE);
        String stock = row.getField(STOCK);
        if (invoice.isEmpty() || stock.isEmpty()) {
            throw malformed(row, (invoice.isEmpty() ? HEADER.get(INVOICE) : HEADER.get(STOCK)) + " must not be empty");
        }
        return new OrderLine(
                lines.size() + 1L,
                shared(customerOf(row.getField(CUSTOMER), invoice)),
                shared(stock),
                quantityOf(row),
                priceOf(row));
    }

    /** A spreadsheet once turned the ids into numbers with a fraction: 17850.0 is customer 17850. */
    private static String customerOf(String customerId, String invoice) {
        if (customerId.isEmpty()) {
            return "guest-" + invoice;
        }
        return customerId.endsWith(".0") ? customerId.substring(0, customerId.length() - 2) : customerId;
    }

    private int quantityOf(CsvRecord row) {
        try {
            return Integer.parseInt(row.getField(QUANTITY));
        } catch (NumberFormatException notANumber) {
            throw malformed(row, "Quantity must be a whole number but was '" + row.getField(QUANTITY) + "'");
        }
    }

    private long priceOf(CsvRecord row) {
        try {
            // Exact: no floating point touches an amount.
            return new BigDecimal(row.getField(UNIT_PRICE)).movePointRight(3).longValueExact();
        } catch (ArithmeticException | NumberFormatException notAPrice) {
            throw malformed(
                    row,
                    "UnitPrice must be a decimal number with at most 3 decimals but was '" + row.getField(UNIT_PRICE)
                            + "'");
        }
    }

    private String shared(String name) {
        return names.computeIfAbsent(name, key -> key);
    }

    private BadInputException malformed(CsvRecord row, String expectation) {
        return new BadInputException("data file " + file + " line " + row.getStartingLineNumber() + ": " + expectation);
    }

    private static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
