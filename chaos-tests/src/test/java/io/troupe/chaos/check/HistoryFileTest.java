package io.troupe.chaos.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HistoryFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** One of each type, as the format documents them. */
    static final List<String> LINES = List.of(
            "{\"type\":\"invoke\",\"nanos\":10,\"process\":\"c1\",\"op\":\"c1-1\",\"kind\":\"cas\",\"key\":\"k\","
                    + "\"expected\":\"a\",\"value\":\"b\"}",
            "{\"type\":\"respond\",\"nanos\":25,\"process\":\"c1\",\"op\":\"c1-1\",\"outcome\":\"refused\"}",
            "{\"type\":\"tell\",\"nanos\":30,\"sender\":\"s1\",\"target\":\"account-7\",\"sequence\":1,"
                    + "\"op\":\"s1-1\",\"outcome\":\"committed\",\"sent\":20}",
            "{\"type\":\"effect\",\"nanos\":90,\"entity\":\"account-7\",\"epoch\":41,\"op\":\"s1-1\",\"position\":1}",
            "{\"type\":\"ownership\",\"node\":\"n1\",\"set\":\"default\",\"shard\":17,\"epoch\":41,\"from\":5,"
                    + "\"to\":80}",
            "{\"type\":\"alive\",\"round\":3,\"node\":\"n1\"}",
            "{\"type\":\"view\",\"round\":3,\"node\":\"n1\",\"set\":\"default\",\"shard\":17,\"owner\":\"n2\","
                    + "\"epoch\":44}",
            "{\"type\":\"resources\",\"node\":\"n1\",\"phase\":\"before\",\"threads\":31,\"files\":40,"
                    + "\"heap\":25000000}",
            "{\"type\":\"fault\",\"nanos\":40,\"name\":\"leader-kill\",\"nodes\":\"n2\",\"step\":\"begin\"}");

    @Test
    void fileOfEveryTypeComesBackAsItWasWritten() throws IOException {
        Path file = Files.write(directory.resolve("history.jsonl"), LINES);
        List<Event> events = HistoryFile.read(file).events();
        assertThat(events).hasSize(9).extracting(Event::getClass).doesNotHaveDuplicates();
        Path copy = directory.resolve("copy.jsonl");
        try (HistoryWriter writer = new HistoryWriter(copy)) {
            for (Event event : events) {
                writer.write(event);
            }
        }
        assertThat(Files.readAllLines(copy)).isEqualTo(LINES);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                            | expected '{' at column 1
            {"type":"alive"                               | expected ',' or '}' at column 16
            {"type":"alive","round":3,"node":"n1"} x      | text after the object at column 40
            {"type":"alive","round":3,"round":4}          | the field 'round' is given twice at column 36
            {"type":"alive","round":03,"node":"n1"}       | expected a string or an integer at column 25
            {"type":"alive","round":3.5,"node":"n1"}      | expected a string or an integer at column 25
            {"type":"alive","round":null,"node":"n1"}     | expected a string or an integer at column 25
            {"type":"alive","round":[3],"node":"n1"}      | expected a string or an integer at column 25
            {"type":"alive","round":9223372036854775808}  | the integer 9223372036854775808 does not fit 64 bits at column 25
            {"type":"alive","round":3,"node":"n1          | unfinished string or raw control character at column 37
            {"type":"alive","round":3,"node":"\\q"}       | unknown escape at column 37
            {"type":"alive","round":3,"node":"\\u12g4"}   | \\u needs four hexadecimal digits at column 40
            {"round":3,"node":"n1"}                       | there is no field 'type': it must be one of [invoke, respond, tell, effect, ownership, alive, view, resources, fault]
            {"type":"live","round":3,"node":"n1"}         | unknown type 'live': it must be one of [invoke, respond, tell, effect, ownership, alive, view, resources, fault]
            {"type":3}                                    | unknown type '3': it must be one of [invoke, respond, tell, effect, ownership, alive, view, resources, fault]
            {"type":"alive","round":3}                    | alive has no field 'node', which it must have
            {"type":"alive","round":3,"node":"n","up":1}  | alive has no field [up]: its fields are [round, node]
            {"type":"alive","round":"3","node":"n1"}      | the field 'round' of alive must be an integer and is '3'
            {"type":"alive","round":3,"node":4}           | the field 'node' of alive must be a string and is 4
            {"type":"alive","round":-3,"node":"n1"}       | round is -3: it must not be negative
            {"type":"alive","round":3,"node":""}          | node is empty: it must name something
            {"type":"resources","node":"n","phase":"now"} | the field 'phase' of resources is 'now': it must be one of [before, after]
            """)
    void badLineIsToldWithItsNumberAndWhatIsWrong(String line, String wrong) throws IOException {
        Path file = Files.write(directory.resolve("h.jsonl"), List.of(LINES.get(5), line));
        assertThatThrownBy(() -> HistoryFile.read(file))
                .isInstanceOf(BadHistoryException.class)
                .hasMessage(file + ": line 2: " + wrong);
    }

    @Test
    void contradictionIsToldWithItsLine() throws IOException {
        Path file = Files.write(directory.resolve("h.jsonl"), List.of(LINES.get(0), LINES.get(1), LINES.get(1)));
        assertThatThrownBy(() -> HistoryFile.read(file))
                .hasMessage(file + ": line 3: c1 gets a response to c1-1, but its open operation is none");
    }

    @Test
    void whatIsNoTextOrTooLongIsRefused() throws IOException {
        Path file = directory.resolve("h.jsonl");
        Files.write(file, new byte[] {'{', (byte) 0xff, '}', '\n'});
        assertThatThrownBy(() -> HistoryFile.read(file)).hasMessage(file + ": line 1: not UTF-8");
        Files.write(file, new byte[HistoryFile.MAX_LINE_BYTES + 2]);
        assertThatThrownBy(() -> HistoryFile.read(file)).hasMessage(file + ": line 1: longer than 1048576 bytes");
        assertThatThrownBy(() -> HistoryFile.read(directory)).hasMessageStartingWith(directory + ": cannot be read: ");
    }

    @Test
    void cutLastLineIsRefusedAndAMissingLineEndIsNot() throws IOException {
        Path file = directory.resolve("h.jsonl");
        Files.writeString(file, LINES.get(5));
        assertThat(HistoryFile.read(file).events()).containsExactly(new Event.Alive(3, "n1"));
        Files.writeString(file, LINES.get(5) + "\n{\"type\":\"ali");
        assertThatThrownBy(() -> HistoryFile.read(file)).hasMessageContaining(": line 2: unfinished string");
        Files.writeString(file, "");
        assertThat(HistoryFile.read(file).events()).isEmpty();
    }

    @Property
    void flatObjectComesBackAsItWasPrinted(@ForAll("fields") Map<String, Object> fields) {
        String line = FlatJson.print(fields);
        assertThat(line).doesNotContain("\n");
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        assertThat(FlatJson.parse(new String(bytes, StandardCharsets.UTF_8))).isEqualTo(fields);
    }

    @Property
    void anyTextIsParsedOrRefused(@ForAll("almostJson") String text) {
        try {
            assertThat(FlatJson.parse(FlatJson.print(FlatJson.parse(text)))).isEqualTo(FlatJson.parse(text));
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining(" at column ");
        }
    }

    @Property
    void eventComesBackAsItWasPrinted(@ForAll("events") Event event) {
        assertThat(EventCodec.parse(EventCodec.print(event))).isEqualTo(event);
    }

    @Provide
    Arbitrary<Map<String, Object>> fields() {
        Arbitrary<Object> values = Arbitraries.oneOf(
                Arbitraries.longs().asGeneric(), Arbitraries.strings().asGeneric());
        return Arbitraries.maps(Arbitraries.strings(), values).ofMaxSize(6).map(LinkedHashMap::new);
    }

    @Provide
    Arbitrary<String> almostJson() {
        return Arbitraries.of("{", "}", "\"", ":", ",", "a", "\\", "\\u", "00e9", "1", "-", "0", " ", ".", "{\"a\":1")
                .list()
                .ofMaxSize(9)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<Event> events() {
        Arbitrary<String> name = Arbitraries.strings().ofMinLength(1).ofMaxLength(8);
        Arbitrary<Long> number = Arbitraries.longs().between(0, Long.MAX_VALUE);
        Arbitrary<String> value = Arbitraries.strings().ofMaxLength(4).injectNull(0.3);
        return Arbitraries.oneOf(
                Combinators.combine(number, name, name, name, value, value)
                        .as((nanos, process, op, key, expected, stored) ->
                                new Event.Invocation(nanos, process, op, Event.Kind.CAS, key, expected, stored)),
                Combinators.combine(number, name, name, value)
                        .as((nanos, process, op, read) ->
                                new Event.Response(nanos, process, op, Event.Outcome.OK, read)),
                Combinators.combine(number, name, name, number, name, Arbitraries.of(Event.Settlement.class))
                        .as((nanos, sender, target, sequence, op, outcome) ->
                                new Event.Tell(nanos, sender, target, sequence, op, outcome, nanos / 2)),
                Combinators.combine(number, name, name, Arbitraries.of(Event.Step.class))
                        .as(Event.Fault::new),
                Combinators.combine(number, name, number, name, number).as(Event.Effect::new),
                Combinators.combine(name, name, number, number)
                        .as((node, set, shard, epoch) -> new Event.Ownership(node, set, shard, epoch, 7, null)),
                Combinators.combine(number, name).as(Event.Alive::new),
                Combinators.combine(number, name, name, number, name.injectNull(0.3), number)
                        .as(Event.View::new),
                Combinators.combine(name, Arbitraries.of(Event.Phase.class), number, number, number)
                        .as(Event.Resources::new));
    }
}
