package io.troupe.demo.input;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RetailFileTest {
    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    private static final String LANTERN =
            "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n";

    @TempDir
    Path directory;

    @Test
    void readsCustomersGuestsReturnsAndExactAmounts() throws IOException {
        OrderBook book = read(HEADER
                + LANTERN
                + "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,United Kingdom\n"
                + "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n"
                + "A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom\n"
                + "581492,PADS,\"PADS TO MATCH, ALL \"\"CUSHIONS\"\"\",1,2011-12-09 10:03:00,0.001,12347.0,Iceland\n");
        assertThat(book.lines())
                .containsExactly(
                        new OrderLine(1, "17850", "71053", 6, 3_390),
                        new OrderLine(2, "14527", "D", -1, 27_500),
                        new OrderLine(3, "guest-536414", "22139", 56, 0),
                        new OrderLine(4, "guest-A563186", "B", 1, -11_062_060),
                        new OrderLine(5, "12347", "PADS", 1, 1));
    }

    @Test
    void readsGzipCarriageReturnsAndByteOrderMark() throws IOException {
        Path file = directory.resolve("orders.csv.gz");
        try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
            bytes.write(("\uFEFF" + HEADER + LANTERN).replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        assertThat(RetailFile.read(file, 10).lines()).containsExactly(new OrderLine(1, "17850", "71053", 6, 3_390));
    }

    @Test
    void takesNoMoreLinesThanAskedFor() throws IOException {
        Path file = write(HEADER + LANTERN.repeat(5));
        assertThat(RetailFile.read(file, 3).lines()).hasSize(3);
    }

    @Test
    void lineNumbersCountLinesOfTheFileAlsoAfterQuotedLineBreaks() throws IOException {
        Path file = write(HEADER
                + LANTERN.replace("WHITE METAL", "\"WHITE\nMETAL").replace("LANTERN,", "LANTERN\",")
                + LANTERN.replace(",6,", ",six,"));
        assertThatThrownBy(() -> RetailFile.read(file, 10))
                .isInstanceOf(BadInputException.class)
                .hasMessage("data file " + file + " line 4: Quantity must be a whole number but was 'six'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",6,     | ,6.5,        | line 3: Quantity must be a whole number but was '6.5'",
                ",6,     | ,2147483648, | line 3: Quantity must be a whole number but was '2147483648'",
                ",3.39,  | ,3.3901,     | line 3: UnitPrice must be a decimal number with at most 3 decimals but was '3.3901'",
                ",3.39,  | ,free,       | line 3: UnitPrice must be a decimal number with at most 3 decimals but was 'free'",
                ",3.39,  | ,,           | line 3: UnitPrice must be a decimal number with at most 3 decimals but was ''",
                ",17850.0| ''           | line 3: expected 8 fields but found 7",
                ",17850.0| ,1,2         | line 3: expected 8 fields but found 9",
                "536365, | ,            | line 3: InvoiceNo must not be empty",
                ",71053  | ,            | line 3: StockCode must not be empty",
            })
    void aMalformedLineIsRefusedWithItsNumber(String good, String bad, String message) throws IOException {
        Path file = write(HEADER + LANTERN + LANTERN.replace(good, bad) + LANTERN);
        assertThatThrownBy(() -> RetailFile.read(file, 10))
                .isInstanceOf(BadInputException.class)
                .hasMessage("data file " + file + " " + message);
    }

    @Test
    void anUnclosedQuoteIsRefused() throws IOException {
        Path file = write(HEADER + LANTERN + LANTERN.replace("WHITE", "\"WHITE"));
        assertThatThrownBy(() -> RetailFile.read(file, 10))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("data file " + file + " cannot be read after order line 1: ");
    }

    @Test
    void anotherHeaderIsRefused() throws IOException {
        Path file = write("a,b\n1,2\n");
        assertThatThrownBy(() -> RetailFile.read(file, 10))
                .hasMessage("data file " + file
                        + " line 1: expected the header InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,"
                        + "CustomerID,Country but found a,b");
    }

    @Test
    void aMissingEmptyOrHeaderOnlyFileIsRefused() throws IOException {
        Path absent = directory.resolve("absent.csv");
        assertThatThrownBy(() -> RetailFile.read(absent, 10))
                .hasMessageStartingWith("data file " + absent + " does not exist: name a CSV file");
        assertThatThrownBy(() -> RetailFile.read(directory, 10))
                .hasMessageStartingWith("data file " + directory + " is not a regular file: ");
        Path empty = write("");
        assertThatThrownBy(() -> RetailFile.read(empty, 10))
                .hasMessageStartingWith("data file " + empty + " is empty: expected the header ");
        Path headerOnly = write(HEADER);
        assertThatThrownBy(() -> RetailFile.read(headerOnly, 10))
                .hasMessage("data file " + headerOnly + " has a header but no order line");
    }

    @Test
    void aTruncatedGzipFileIsRefused() throws IOException {
        Path whole = directory.resolve("whole.gz");
        try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(whole))) {
            bytes.write((HEADER + LANTERN.repeat(1_000)).getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = Files.readAllBytes(whole);
        Path half = directory.resolve("half.gz");
        Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> RetailFile.read(half, 10_000))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("data file " + half + " cannot be read after order line ");
    }

    private OrderBook read(String content) throws IOException {
        return RetailFile.read(write(content), Integer.MAX_VALUE);
    }

    private Path write(String content) throws IOException {
        return Files.writeString(directory.resolve("orders.csv"), content);
    }
}
