package io.troupe.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the constants of an enum are written on the command line: in lower case, with hyphens. */
final class Labels {
    private Labels() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant that is written so; what is none is refused with what there is. */
    static <E extends Enum<E>> E parse(Class<E> type, String text) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        for (E constant : constants) {
            if (of(constant).equals(text)) {
                return constant;
            }
        }
        List<String> labels = constants.stream().map(Labels::of).toList();
        int last = labels.size() - 1;
        throw new IllegalArgumentException("expected " + String.join(", ", labels.subList(0, last)) + " or "
                + labels.get(last) + ", but was '" + text + "'");
    }
}
