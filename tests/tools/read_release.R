# Reads the CSV export of a release with base R, types taken from codebook.csv; says what class each column has, and
# writes the tables as they were read. Rscript read_release.R <folder of the export> <folder to write to>
arguments <- commandArgs(trailingOnly = TRUE)
from <- arguments[1]
to <- arguments[2]

read <- function(name, ...) {
  read.csv(file.path(from, paste0(name, ".csv")), encoding = "UTF-8", na.strings = "", check.names = FALSE, ...)
}

codebook <- read("codebook", colClasses = "character")
fields <- codebook[codebook$kind == "field" & codebook$table != "records", ]
codes <- codebook[codebook$kind == "code", ]
kinds <- c(text = "character", integer = "integer", number = "numeric", boolean = "character", date = "Date",
           bytes = "character")

for (name in unique(fields$table)) {
  own <- fields[fields$table == name, ]
  table <- read(name, colClasses = setNames(kinds[own$type], own$name))
  for (index in seq_len(nrow(own))) {
    column <- own$name[index]
    if (own$type[index] == "boolean") table[[column]] <- as.logical(table[[column]])
    if (!is.na(own$vocabulary[index])) {
      table[[column]] <- factor(table[[column]], levels = unique(codes$name[codes$vocabulary == own$vocabulary[index]]))
    }
    cat(name, column, class(table[[column]])[1], sum(is.na(table[[column]])), "\n")
  }
  write.csv(table, file.path(to, paste0(name, ".csv")), row.names = FALSE, na = "", fileEncoding = "UTF-8")
}
