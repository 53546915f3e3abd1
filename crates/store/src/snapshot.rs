pub(crate) const ALL: &[crate::Sql] = &[];
