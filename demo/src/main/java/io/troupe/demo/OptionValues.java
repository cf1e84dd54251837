package io.troupe.demo;

import java.util.Locale;
import java.util.function.Function;

import io.troupe.demo.input.OrderBook;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are read; what cannot be read is refused in the words of its own type. */
final class OptionValues {
    private OptionValues() {}

    static final class OfKillMode implements ITypeConverter<KillMode> {
        @Override
        public KillMode convert(String text) {
            return read(text, KillMode::parse);
        }
    }

    static final class OfHarm implements ITypeConverter<Harm> {
        @Override
        public Harm convert(String text) {
            return read(text, Harm::parse);
        }
    }

    static final class OfFailover implements ITypeConverter<Failover> {
        @Override
        public Failover convert(String text) {
            return read(text, Failover::parse);
        }
    }

    static final class OfMode implements ITypeConverter<Mode> {
        @Override
        public Mode convert(String text) {
            return read(text, Mode::parse);
        }
    }

    static final class OfTransferBy implements ITypeConverter<TransferBy> {
        @Override
        public TransferBy convert(String text) {
            return read(text, TransferBy::parse);
        }
    }

    static final class OfFault implements ITypeConverter<Fault> {
        @Override
        public Fault convert(String text) {
            return read(text, Fault::parse);
        }
    }

    /** Whole numbers with an optional k or m: 50k is 50,000. */
    static final class OfCount implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return read(text, OptionValues::count);
        }
    }

    private static int count(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int factor = lower.endsWith("k") ? 1_000 : lower.endsWith("m") ? 1_000_000 : 1;
        try {
            long count = Long.parseLong(factor == 1 ? lower : lower.substring(0, lower.length() - 1)) * factor;
            if (count >= 1 && count <= OrderBook.MAX_LINES) {
                return (int) count;
            }
        } catch (NumberFormatException notANumber) {
            // Falls through to the one message for every bad count.
        }
        throw new IllegalArgumentException(
                "expected 1 to " + OrderBook.MAX_LINES / 1_000_000 + "m, such as 50k, but was '" + text + "'");
    }

    private static <T> T read(String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException refused) {
            throw new TypeConversionException(String.valueOf(refused.getMessage()));
        }
    }
}
