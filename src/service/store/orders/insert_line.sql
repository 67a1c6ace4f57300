INSERT INTO order_line (order_key, line, item, configuration, size, colour, style, quantity)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
