package io.troupe.chaos.check;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One JSON object of strings and integers, strictly: no nesting, null, boolean, fraction, duplicate or trailing text.
 * Errors are {@link IllegalArgumentException}s that name the column.
 */
final class FlatJson {
    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /** {@return the fields in the order of the text; every value is a String or a Long} */
    static Map<String, Object> parse(String text) {
        return new FlatJson(text).object();
    }

    static String print(Map<String, Object> fields) {
        StringBuilder out = new StringBuilder("{");
        fields.forEach((name, value) -> {
            if (out.length() > 1) {
                out.append(',');
            }
            quote(name, out);
            out.append(':');
            if (value instanceof Long number) {
                out.append(number.longValue());
            } else {
                quote((String) value, out);
            }
        });
        return out.append('}').toString();
    }

    private Map<String, Object> object() {
        Map<String, Object> fields = new LinkedHashMap<>();
        expect('{');
        skipBlanks();
        if (peek() == '}') {
            at++;
        } else {
            char separator;
            do {
                skipBlanks();
                String name = string();
                expect(':');
                skipBlanks();
                Object value = peek() == '"' ? string() : integer();
                if (fields.put(name, value) != null) {
                    throw wrong("the field '" + name + "' is given twice");
                }
                skipBlanks();
                separator = peek();
                if (separator != ',' && separator != '}') {
                    throw wrong("expected ',' or '}'");
                }
                at++;
            } while (separator == ',');
        }
        skipBlanks();
        if (at < text.length()) {
            throw wrong("text after the object");
        }
        return fields;
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (peek() != '"') {
            char c = next();
            if (c < ' ') {
                throw wrong("unfinished string or raw control character");
            }
            out.append(c == '\\' ? escaped() : c);
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    char digit = next();
                    int value = digit < 128 ? Character.digit(digit, 16) : -1;
                    if (value < 0) {
                        throw wrong("\\u needs four hexadecimal digits");
                    }
                    code = code * 16 + value;
                }
                yield (char) code;
            }
            default -> throw wrong("unknown escape");
        };
    }

    private Long integer() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(start, at);
        if (!digits.matches("0|-?[1-9][0-9]*")) {
            at = start;
            throw wrong("expected a string or an integer");
        }
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException tooLarge) {
            at = start;
            throw wrong("the integer " + digits + " does not fit 64 bits");
        }
    }

    private void expect(char wanted) {
        skipBlanks();
        if (peek() != wanted) {
            throw wrong("expected '" + wanted + "'");
        }
        at++;
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    /** The end of the text reads as NUL, which no rule accepts. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + " at column " + (Math.min(at, text.length()) + 1));
    }

    private static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                // A lone surrogate has no UTF-8 form, so all of them are escaped.
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
