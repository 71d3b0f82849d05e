//! The leaves of the Parquet schema: what stands in each, and its levels.
//!
//! Parquet keeps a list as its values, with a level of repetition (0 begins a row, 1 goes on with
//! its list) and a level of definition (how much of the path to the value is there).

use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;

use crate::export::Record;
use crate::export::record::{COLUMNS, FieldValue, RecordColumn, RightsStatement, ValueKind};
use crate::extract::Image;
use crate::rights::{UseState, Uses};
use crate::time::Timestamp;

/// Columns whose moments have the offset of the paper: Parquet keeps none, so that the local time
/// stands beside them as text.
const LOCAL: [&str; 2] = ["published_at", "modified_at"];

/// What of a column stands in a leaf.
#[derive(Clone, Copy)]
enum LeafKind {
    Text,
    Whole,
    Decimal,
    Moment,
    Texts,
    /// The state of a use.
    UseOf(fn(&Uses) -> UseState),
    StatementField(fn(&RightsStatement) -> &str),
    ImageUrl,
    /// A field of a photo that may be null.
    ImageField(fn(&Image) -> &Option<String>),
}

/// A leaf of the schema.
pub(super) struct Leaf {
    column: RecordColumn,
    kind: LeafKind,
}

/// Returns the leaves in the order of the schema.
pub(super) fn leaves() -> Vec<Leaf> {
    let kinds = |column: &RecordColumn| match column.kind {
        ValueKind::Text => vec![LeafKind::Text],
        ValueKind::Whole => vec![LeafKind::Whole],
        ValueKind::Decimal => vec![LeafKind::Decimal],
        ValueKind::Moment if LOCAL.contains(&column.name) => {
            vec![LeafKind::Moment, LeafKind::Text]
        }
        ValueKind::Moment => vec![LeafKind::Moment],
        ValueKind::Texts => vec![LeafKind::Texts],
        ValueKind::Uses => vec![
            LeafKind::UseOf(|uses| uses.search),
            LeafKind::UseOf(|uses| uses.ai_input),
            LeafKind::UseOf(|uses| uses.ai_train),
            LeafKind::UseOf(|uses| uses.tdm),
        ],
        ValueKind::Statements => vec![
            LeafKind::StatementField(|one| one.about),
            LeafKind::StatementField(|one| &one.says),
            LeafKind::StatementField(|one| &one.source),
            LeafKind::StatementField(|one| &one.words),
        ],
        ValueKind::Images => vec![
            LeafKind::ImageUrl,
            LeafKind::ImageField(|image| &image.caption),
            LeafKind::ImageField(|image| &image.credit),
        ],
    };
    COLUMNS
        .into_iter()
        .flat_map(|column| {
            let of_column = kinds(&column).into_iter();
            of_column.map(move |kind| Leaf { column, kind })
        })
        .collect()
}

/// Returns the schema as Parquet writes it.
pub(super) fn schema_text() -> String {
    let fields = COLUMNS
        .iter()
        .map(|RecordColumn { name, kind, .. }| match kind {
            ValueKind::Text => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
            ValueKind::Whole => format!("OPTIONAL INT64 {name} (INTEGER(64,false));"),
            ValueKind::Decimal => format!("OPTIONAL DOUBLE {name};"),
            ValueKind::Moment if LOCAL.contains(name) => format!(
                "OPTIONAL INT64 {name} (TIMESTAMP(MICROS,true));
             OPTIONAL BYTE_ARRAY {name}_local (STRING);"
            ),
            ValueKind::Moment => format!("OPTIONAL INT64 {name} (TIMESTAMP(MICROS,true));"),
            ValueKind::Texts => format!(
                "REQUIRED GROUP {name} (LIST) {{
               REPEATED GROUP list {{ REQUIRED BYTE_ARRAY element (STRING); }}
             }}"
            ),
            ValueKind::Uses => format!(
                "REQUIRED GROUP {name} {{
               OPTIONAL BYTE_ARRAY search (STRING);
               OPTIONAL BYTE_ARRAY ai_input (STRING);
               OPTIONAL BYTE_ARRAY ai_train (STRING);
               OPTIONAL BYTE_ARRAY tdm (STRING);
             }}"
            ),
            ValueKind::Statements => format!(
                "REQUIRED GROUP {name} (LIST) {{
               REPEATED GROUP list {{
                 REQUIRED GROUP element {{
                   REQUIRED BYTE_ARRAY about (STRING);
                   REQUIRED BYTE_ARRAY says (STRING);
                   REQUIRED BYTE_ARRAY source (STRING);
                   REQUIRED BYTE_ARRAY words (STRING);
                 }}
               }}
             }}"
            ),
            ValueKind::Images => format!(
                "REQUIRED GROUP {name} (LIST) {{
               REPEATED GROUP list {{
                 REQUIRED GROUP element {{
                   REQUIRED BYTE_ARRAY url (STRING);
                   OPTIONAL BYTE_ARRAY caption (STRING);
                   OPTIONAL BYTE_ARRAY credit (STRING);
                 }}
               }}
             }}"
            ),
        });
    let fields: Vec<String> = fields.collect();
    format!("message articles {{ {} }}", fields.join("\n"))
}

/// The values of a leaf in a row group, with their levels.
struct LeafValues<T> {
    values: Vec<T>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl<T> LeafValues<T> {
    fn with_rows(count: usize) -> Self {
        Self {
            values: Vec::with_capacity(count),
            definitions: Vec::with_capacity(count),
            repetitions: Vec::with_capacity(count),
        }
    }

    /// Adds a value that is no list.
    fn push(&mut self, value: Option<T>) {
        self.definitions.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    /// Adds a list, each value with the level of its definition.
    fn push_list(&mut self, list: impl Iterator<Item = (Option<T>, i16)>) {
        let begun = self.repetitions.len();
        for (value, definition) in list {
            let goes_on = self.repetitions.len() > begun;
            self.repetitions.push(i16::from(goes_on));
            self.definitions.push(definition);
            self.values.extend(value);
        }
        if self.repetitions.len() == begun {
            self.repetitions.push(0);
            self.definitions.push(0);
        }
    }
}

impl Leaf {
    /// Writes the leaf of all rows of a group.
    pub(super) fn write(
        &self,
        to: &mut ColumnWriter<'_>,
        rows: &[Record],
    ) -> Result<(), ParquetError> {
        match to {
            ColumnWriter::ByteArrayColumnWriter(to) => {
                let of = self.texts(rows);
                let repetitions = (!of.repetitions.is_empty()).then_some(&*of.repetitions);
                to.write_batch(&of.values, Some(&of.definitions), repetitions)?;
            }
            ColumnWriter::Int64ColumnWriter(to) => {
                let of = self.numbers(rows);
                to.write_batch(&of.values, Some(&of.definitions), None)?;
            }
            ColumnWriter::DoubleColumnWriter(to) => {
                let of = self.decimals(rows);
                to.write_batch(&of.values, Some(&of.definitions), None)?;
            }
            ColumnWriter::BoolColumnWriter(_)
            | ColumnWriter::Int32ColumnWriter(_)
            | ColumnWriter::Int96ColumnWriter(_)
            | ColumnWriter::FloatColumnWriter(_)
            | ColumnWriter::FixedLenByteArrayColumnWriter(_) => {
                let name = self.column.name;
                return Err(ParquetError::General(format!("{name} has another type")));
            }
        }
        Ok(())
    }

    fn texts(&self, rows: &[Record]) -> LeafValues<ByteArray> {
        let mut of = LeafValues::with_rows(rows.len());
        for record in rows {
            match (self.kind, self.column.value(record)) {
                (_, FieldValue::Texts(texts)) => {
                    of.push_list(texts.iter().map(|text| (Some(bytes(text)), 1)));
                }
                (LeafKind::UseOf(state), FieldValue::Uses(uses)) => {
                    of.push(Some(bytes(state(&uses).name())));
                }
                (LeafKind::StatementField(field), FieldValue::Statements(statements)) => {
                    of.push_list(statements.iter().map(|one| (Some(bytes(field(one))), 1)));
                }
                (LeafKind::ImageField(field), FieldValue::Images(images)) => {
                    let told = images.iter().map(field);
                    of.push_list(told.map(|text| match text {
                        Some(text) => (Some(bytes(text)), 2),
                        None => (None, 1),
                    }));
                }
                (_, FieldValue::Images(images)) => {
                    of.push_list(images.iter().map(|image| (Some(bytes(&image.url)), 1)));
                }
                (_, FieldValue::Text(text)) => of.push(Some(bytes(text))),
                (
                    _,
                    FieldValue::Null
                    | FieldValue::Whole(_)
                    | FieldValue::Decimal(_)
                    | FieldValue::Uses(_)
                    | FieldValue::Statements(_),
                ) => of.push(None),
            }
        }
        of
    }

    fn numbers(&self, rows: &[Record]) -> LeafValues<i64> {
        let mut of = LeafValues::with_rows(rows.len());
        for record in rows {
            of.push(match self.column.value(record) {
                FieldValue::Whole(number) => Some(number.cast_signed()),
                FieldValue::Text(moment) => {
                    Timestamp::from_rfc3339(moment).map(|at| at.millis() * 1000)
                }
                FieldValue::Null
                | FieldValue::Decimal(_)
                | FieldValue::Texts(_)
                | FieldValue::Uses(_)
                | FieldValue::Statements(_)
                | FieldValue::Images(_) => None,
            });
        }
        of
    }

    fn decimals(&self, rows: &[Record]) -> LeafValues<f64> {
        let mut of = LeafValues::with_rows(rows.len());
        for record in rows {
            of.push(match self.column.value(record) {
                FieldValue::Decimal(number) => Some(number),
                FieldValue::Null
                | FieldValue::Whole(_)
                | FieldValue::Text(_)
                | FieldValue::Texts(_)
                | FieldValue::Uses(_)
                | FieldValue::Statements(_)
                | FieldValue::Images(_) => None,
            });
        }
        of
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text)
}
