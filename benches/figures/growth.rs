//! How figures grow with the size of what they are taken of: points in a file, and of each figure a plot,
//! both axes logarithmic: a straight line that rises by one decade in one decade is proportional.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::table::root;

/// Where points and plots stand.
const FOLDER: &str = "figures";
const POINTS: &str = "growth.csv";

const SIZE: (f64, f64) = (480.0, 320.0);
/// Room for the numbers: left, top, right, bottom.
const MARGIN: (f64, f64, f64, f64) = (70.0, 40.0, 20.0, 40.0);

/// Size to value, of a figure by its name (a file's name, too) and unit.
type Points = BTreeMap<(String, String), BTreeMap<u64, f64>>;

static TOLD: Mutex<Points> = Mutex::new(BTreeMap::new());

/// Tells what `figure` came to at a size: of `upload`, in `records/s`, 380,000 at 1,000,000 items.
pub fn point(figure: &str, unit: &str, size: u64, value: f64) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (figure.to_owned(), unit.to_owned());
    told.entry(key).or_default().insert(size, value);
}

/// Puts the points that were told into the file, and draws all of them that are there.
pub fn write() {
    let folder = root().join(FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(POINTS);
    let mut points = read(&std::fs::read_to_string(&file).unwrap_or_default());
    let told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    for (key, of_size) in told.iter() {
        points.entry(key.clone()).or_default().extend(of_size);
    }
    let mut csv = String::from("figure,unit,size,value\n");
    for ((figure, unit), of_size) in &points {
        for (size, value) in of_size {
            let _ = writeln!(csv, "{figure},{unit},{size},{value}");
        }
        if of_size.len() > 1 {
            let plot = plot(figure, unit, of_size);
            std::fs::write(folder.join(format!("{figure}.svg")), plot).unwrap();
        }
    }
    std::fs::write(&file, csv).unwrap();
}

fn read(csv: &str) -> Points {
    let mut points = Points::new();
    for line in csv.lines().skip(1) {
        let [figure, unit, size, value] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line:?} is no point");
        };
        let key = (figure.to_owned(), unit.to_owned());
        let of_size = points.entry(key).or_default();
        of_size.insert(size.parse().unwrap(), value.parse().unwrap());
    }
    points
}

/// The decades that hold all of these.
fn decades(values: impl Iterator<Item = f64> + Clone) -> (i32, i32) {
    let least = values.clone().fold(f64::MAX, f64::min);
    let most = values.fold(f64::MIN_POSITIVE, f64::max);
    let first = least.max(f64::MIN_POSITIVE).log10().floor() as i32;
    (first, (most.log10().ceil() as i32).max(first + 1))
}

fn plot(figure: &str, unit: &str, points: &BTreeMap<u64, f64>) -> String {
    let (width, height) = SIZE;
    let (left, top, right, bottom) = MARGIN;
    let across = decades(points.keys().map(|size| *size as f64));
    let up = decades(points.values().copied());
    let place = |value: f64, (first, last): (i32, i32), from: f64, to: f64| {
        let share = (value.log10() - f64::from(first)) / f64::from(last - first);
        from + (to - from) * share
    };
    let x = |value| place(value, across, left, width - right);
    let y = |value| place(value, up, height - bottom, top);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"{left}\" y=\"20\" font-size=\"13\">{figure}, {unit}</text>\n"
    );
    for decade in across.0..=across.1 {
        let (value, x) = (10_f64.powi(decade), x(10_f64.powi(decade)));
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {top}V{:.1}\" stroke=\"#ddd\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            height - bottom,
            height - bottom + 16.0,
            short(value)
        );
    }
    for decade in up.0..=up.1 {
        let (value, y) = (10_f64.powi(decade), y(10_f64.powi(decade)));
        let _ = writeln!(
            svg,
            "<path d=\"M{left} {y:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            width - right,
            left - 6.0,
            y + 4.0,
            short(value)
        );
    }
    let line: Vec<String> = points
        .iter()
        .map(|(size, value)| format!("{:.1} {:.1}", x(*size as f64), y(*value)))
        .collect();
    let _ = writeln!(
        svg,
        "<path d=\"M{}\" fill=\"none\" stroke=\"#05a\" stroke-width=\"2\"/>",
        line.join("L")
    );
    for (size, value) in points {
        let (x, y) = (x(*size as f64), y(*value));
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#05a\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            y - 8.0,
            short(*value)
        );
    }
    svg.push_str(&format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">size</text>\n</svg>\n",
        width - right,
        height - 6.0
    ));
    svg
}

/// Three digits that count, with k, M or G.
fn short(value: f64) -> String {
    let (value, unit) = match value {
        value if value >= 1e9 => (value / 1e9, "G"),
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    let digits = 2 - (value.max(0.001).log10().floor() as i32).clamp(-3, 2);
    let text = format!("{value:.0$}", digits as usize);
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{unit}")
}
