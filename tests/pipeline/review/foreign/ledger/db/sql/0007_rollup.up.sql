CREATE TABLE rollup (day date PRIMARY KEY, total numeric NOT NULL);
INSERT INTO rollup SELECT booked_on, sum(amount) FROM entry GROUP BY booked_on;
