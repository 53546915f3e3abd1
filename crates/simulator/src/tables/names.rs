//! Given names and surnames by language, with the ASCII form used in principal names.
//!
//! Entra allows no accented characters in `userPrincipalName` and `mail` (user resource page), so every
//! name knows its ASCII form: written after a slash, or folded from the Latin letters.
//! The ASCII surnames are unique over all languages; that makes principal names unique (see a test below).

use std::sync::LazyLock;

/// A name as people write it and as their address spells it.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// As shown on screen, in its own script.
    pub(crate) shown: &'static str,
    /// Lower-case ASCII, for addresses.
    pub(crate) ascii: String,
}

/// The names of one language.
#[derive(Debug)]
pub(crate) struct Language {
    /// BCP 47 tag for `preferredLanguage`.
    pub(crate) tag: &'static str,
    /// Whether the surname comes first in the display name.
    pub(crate) surname_first: bool,
    /// Position in [`super::company::OFFICES`] where most of these people work.
    pub(crate) office: usize,
    /// How many of every 32 people have names of this language.
    pub(crate) share: usize,
    /// Given names.
    pub(crate) given: Vec<Name>,
    /// Surnames.
    pub(crate) surnames: Vec<Name>,
}

/// `(tag, surname first, office, share of 32, given names, surnames)`.
type Row = (&'static str, bool, usize, usize, &'static str, &'static str);

const ROWS: [Row; 14] = [
    (
        "en-GB",
        false,
        0,
        9,
        "Olivia, Amelia, Grace, Harriet, Eleanor, Charlotte, Imogen, Beatrice, Phoebe, Matilda, Rosalind, Nadia, Priya, Fiona, Abigail, Bethany, Claire, Deborah, Esther, Frances, Gillian, Heather, Jacqueline, Katherine, George, Oliver, Harry, Arthur, Theodore, Edmund, Rupert, Hugh, Alastair, Callum, Duncan, Ewan, Fraser, Gareth, Howard, Ivor, Jonathan, Kenneth, Leonard, Malcolm, Nigel, Owen, Patrick, Quentin, Rhys, Simon",
        "Taylor, Davies, Evans, Thomas, Johnson, Roberts, Walker, Wright, Robinson, Thompson, White, Hughes, Edwards, Green, Hall, Wood, Harris, Lewis, Clarke, Jackson, Turner, Hill, Cooper, Ward, Morris, Moore, Clark, Baker, Harrison, Morgan, Patel, James, Scott, Phillips, Watson, Allen, Parker, Bennett, Young, Griffiths, Mitchell, Cook, Campbell, Shaw, Kelly, Carter, Richardson, Marshall, Collins, Bell, Cholmondeley, Featherstonehaugh, St John/stjohn, O'Connor/oconnor, MacDonald, Fitzwilliam, Hargreaves, Pemberton, Smythe-Jones, Li",
    ),
    (
        "de-DE",
        false,
        1,
        5,
        "Anna, Lena, Hannah, Sophie, Marlene, Käthe, Jördis, Ulrike, Sabine, Gisela, Anneliese, Birgit, Lukas, Jürgen, Björn, Götz, Matthias, Wolfgang, Sören, Torsten, Heinrich, Karl-Heinz, Dietmar, Eberhard, Konrad, Rüdiger",
        "Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, Koch, Bauer, Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Krüger, Groß, Köhler, Weiß, Löwe, von Bülow/vonbuelow, Oberhuber, Strauß, Vogelgesang, Ziegenfuß, Öztürk-Lang",
    ),
    (
        "fr-FR",
        false,
        2,
        4,
        "Chloé, Élodie, Anaïs, Hélène, Océane, Margaux, Geneviève, Agnès, Noëlle, Solène, Thérèse, Inès, Gaël, Loïc, Rémi, Benoît, Jérôme, Stéphane, Cédric, Aurélien, Étienne, Jean-Baptiste, Maxence, Théophile",
        "Martin, Bernard, Dubois, Durand, Leroy, Moreau, Simonet, Laurent, Lefebvre, Michel, Garnier, Faure, Rousseau, Blanc, Guérin, Müller-Petit/mullerpetit, Chevalier, François, Mercier, Dupré, de La Fontaine/delafontaine, Béranger, Lemaître, Hébert, L'Hôpital/lhopital, Gauthier, Perrin, Morel",
    ),
    (
        "es-ES",
        false,
        3,
        3,
        "María José, Lucía, Sofía, Martina, Inés, Begoña, Concepción, Nuria, Rocío, Pilar, Alejandro, Íñigo, Ángel, Joaquín, Andrés, Ramón, Jesús, Óscar, Gonzalo, Álvaro, Nicolás, Sebastián",
        "García López, Fernández, González, Rodríguez, Martínez, Sánchez, Pérez, Gómez, Jiménez, Ruiz, Hernández, Díaz, Moreno Núñez, Muñoz, Álvarez, Romero, Alonso, Gutiérrez, Navarro, Torres, Domínguez, Ibáñez, Peña, Ordóñez",
    ),
    (
        "pl-PL",
        false,
        4,
        2,
        "Agnieszka, Małgorzata, Łucja, Żaneta, Bożena, Zofia, Katarzyna, Joanna, Wojciech, Paweł, Łukasz, Michał, Grzegorz, Stanisław, Krzysztof, Zbigniew, Przemysław, Bartłomiej",
        "Nowak, Kowalski, Wiśniewska, Wójcik, Kowalczyk, Kamińska, Lewandowski, Zieliński, Szymański, Woźniak, Dąbrowski, Kozłowski, Jankowska, Mazur, Krawczyk, Brzęczyszczykiewicz, Źrebiec, Grzyb",
    ),
    (
        "sv-SE",
        false,
        5,
        1,
        "Åsa, Märta, Linnéa, Ingrid, Astrid, Freja, Göran, Håkan, Pär, Torbjörn, Gustav, Örjan",
        "Andersson, Johansson, Karlsson, Nilsson, Eriksson, Larsson, Sjöberg, Åkesson, Bergström, Lindqvist, Öberg, Hägglund",
    ),
    (
        "tr-TR",
        false,
        6,
        1,
        "Ayşe, Işıl, Gülşen, Çiğdem, İrem, Şule, Oğuz, Çağlar, Işık, Ümit, Gökhan, Barış",
        "Yılmaz, Kaya, Demir, Şahin, Çelik, Yıldırım, Öztürk, Aydın, Özdemir, Arslan, Doğan, Kılıç",
    ),
    (
        "el-GR",
        false,
        7,
        1,
        "Ελένη/eleni, Μαρία/maria, Σοφία/sofia, Δέσποινα/despoina, Γιώργος/giorgos, Νίκος/nikos, Κώστας/kostas, Θεόδωρος/theodoros",
        "Παπαδάκης/papadakis, Νικολάου/nikolaou, Γεωργίου/georgiou, Οικονόμου/oikonomou, Αθανασίου/athanasiou, Βασιλείου/vasileiou, Χατζής/chatzis, Καραμανλής/karamanlis",
    ),
    (
        "uk-UA",
        false,
        4,
        1,
        "Олена/olena, Наталія/nataliia, Світлана/svitlana, Юлія/yuliia, Андрій/andrii, Сергій/serhii, Тарас/taras, Богдан/bohdan",
        "Шевченко/shevchenko, Коваленко/kovalenko, Бондаренко/bondarenko, Ткаченко/tkachenko, Кравчук/kravchuk, Мельник/melnyk, Гончар/honchar, Поліщук/polishchuk",
    ),
    (
        "ja-JP",
        true,
        8,
        1,
        "花子/hanako, 美咲/misaki, さくら/sakura, 結衣/yui, 健一/kenichi, 翔太/shota, 大輔/daisuke, 直樹/naoki",
        "佐藤/sato, 鈴木/suzuki, 高橋/takahashi, 田中/tanaka, 伊藤/ito, 渡辺/watanabe, 中村/nakamura, 小林/kobayashi",
    ),
    (
        "zh-CN",
        true,
        9,
        1,
        "秀英/xiuying, 丽/li, 静/jing, 婷婷/tingting, 伟/wei, 强/qiang, 建国/jianguo, 志明/zhiming",
        "李/lee, 张/zhang, 刘/liu, 陈/chen, 杨/yang, 赵/zhao, 黄/huang, 欧阳/ouyang",
    ),
    (
        "ar-AE",
        false,
        10,
        1,
        "فاطمة/fatima, عائشة/aisha, مريم/maryam, ليلى/layla, أحمد/ahmed, خالد/khalid, يوسف/yousef, عمر/omar",
        "الحسن/alhasan, المنصوري/almansoori, حداد/haddad, النجار/alnajjar, خليل/khalil, الشمري/alshammari, بدوي/badawi, عبد الرحمن/abdulrahman",
    ),
    (
        "en-IN",
        false,
        11,
        1,
        "Lakshmi, Ananya, Deepika, Kavitha, Meenakshi, Venkateswara, Arjun, Rajesh, Suresh, Balasubramaniam",
        "Sharma, Iyer, Krishnamurthy, Venkataraman, Reddy, Singh, Mukherjee, Chattopadhyay, Subramanian, Nair",
    ),
    (
        "vi-VN",
        true,
        9,
        1,
        "Thị Hương/huong, Minh Châu/minhchau, Thu Hà/thuha, Phương/phuong, Văn Đức/vanduc, Quốc Bảo/quocbao, Đình Phúc/dinhphuc, Anh Tuấn/anhtuan",
        "Nguyễn/nguyen, Trần/tran, Lê/le, Phạm/pham, Hoàng/hoang, Đặng/dang, Bùi/bui, Đỗ/do",
    ),
];

/// All languages, parsed once.
pub(crate) static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| ROWS.iter().map(language).collect());

/// Position in [`LANGUAGES`] and rank within it for each of the 32 places of the repeating pattern.
pub(crate) static PATTERN: LazyLock<Vec<(usize, usize)>> = LazyLock::new(pattern);

fn language(row: &Row) -> Language {
    let &(tag, surname_first, office, share, given, surnames) = row;
    Language {
        tag,
        surname_first,
        office,
        share,
        given: names(given),
        surnames: names(surnames),
    }
}

fn names(list: &'static str) -> Vec<Name> {
    list.split(", ")
        .map(|entry| match entry.split_once('/') {
            Some((shown, ascii)) => Name {
                shown,
                ascii: ascii.to_owned(),
            },
            None => Name {
                shown: entry,
                ascii: ascii(entry),
            },
        })
        .collect()
}

/// Spreads the languages over 32 places so that neighbours differ.
fn pattern() -> Vec<(usize, usize)> {
    let mut flat = Vec::new();
    for (position, language) in LANGUAGES.iter().enumerate() {
        for rank in 0..language.share {
            flat.push((position, rank));
        }
    }
    // 11 and 32 have no common factor, so every place is taken once.
    (0..flat.len())
        .map(|place| flat[(place * 11) % flat.len()])
        .collect()
}

/// Folds Latin letters to lower-case ASCII and drops what is neither letter nor hyphen.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' | '-' => out.push(letter),
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'þ' => out.push_str("th"),
            'á' | 'à' | 'â' | 'ã' | 'å' | 'ą' | 'ă' => out.push('a'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ð' | 'ď' | 'đ' => out.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => out.push('e'),
            'ğ' => out.push('g'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ő' => out.push('o'),
            'ř' => out.push('r'),
            'ś' | 'ş' | 'š' => out.push('s'),
            'ú' | 'ù' | 'û' => out.push('u'),
            'ý' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ascii_surnames_are_unique_over_all_languages_and_given_names_within_one() {
        let mut surnames = HashSet::new();
        for language in LANGUAGES.iter() {
            let mut given = HashSet::new();
            for name in &language.given {
                assert!(
                    given.insert(name.ascii.clone()),
                    "{} twice in {}",
                    name.ascii,
                    language.tag
                );
                assert!(name.ascii.is_ascii() && !name.ascii.is_empty(), "{}", name.shown);
            }
            for name in &language.surnames {
                assert!(
                    surnames.insert(name.ascii.clone()),
                    "surname {} twice",
                    name.ascii
                );
                assert!(name.ascii.is_ascii() && !name.ascii.is_empty(), "{}", name.shown);
            }
        }
    }

    #[test]
    fn the_pattern_has_32_places_and_uses_each_once() {
        let places: HashSet<_> = PATTERN.iter().collect();
        assert_eq!((PATTERN.len(), places.len()), (32, 32));
    }
}
