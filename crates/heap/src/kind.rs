//! The kinds of nodes and edges that V8 writes.
//!
//! A file names its kinds in `snapshot.meta`, and their numbers differ between versions of V8, so
//! a file's number is translated once, by name. A kind of a future version becomes `Other`.

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A kind that this version does not know.
            Other,
        }

        impl $name {
            /// Every known kind with its name, in the order in which [`crate::SnapshotBuilder`] writes them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kind of this name in `snapshot.meta`.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($text => Self::$variant,)*
                    _ => Self::Other,
                }
            }

            /// The name in `snapshot.meta`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "other",
                }
            }
        }
    };
}

kinds! {
    /// What kind of object a node is.
    NodeType {
        /// Part of V8 itself.
        Hidden = "hidden",
        /// A plain array of pointers or bytes inside V8.
        Array = "array",
        /// A string with its characters.
        String = "string",
        /// An object; its name is that of its constructor.
        Object = "object",
        /// Compiled code.
        Code = "code",
        /// A function with its context.
        Closure = "closure",
        /// A regular expression.
        RegExp = "regexp",
        /// A number on the heap.
        Number = "number",
        /// Memory outside of V8's heap.
        Native = "native",
        /// A node without memory of its own, that groups others.
        Synthetic = "synthetic",
        /// A string made of two others.
        ConcatenatedString = "concatenated string",
        /// A piece of another string.
        SlicedString = "sliced string",
        /// A symbol.
        Symbol = "symbol",
        /// A big integer.
        BigInt = "bigint",
        /// The description of objects with the same properties.
        ObjectShape = "object shape",
    }
}

kinds! {
    /// How one node refers to another.
    EdgeType {
        /// A variable in a closure's context.
        Context = "context",
        /// An element of an array.
        Element = "element",
        /// A property.
        Property = "property",
        /// A reference inside V8 that has a name.
        Internal = "internal",
        /// A reference inside V8 that has a number.
        Hidden = "hidden",
        /// An abbreviation of other references; at the root it marks a global object.
        Shortcut = "shortcut",
        /// A reference that keeps nothing alive.
        Weak = "weak",
        /// Not meant to be shown; written by old versions.
        Invisible = "invisible",
    }
}

impl EdgeType {
    /// Whether such an edge has a number and not a name.
    #[must_use]
    pub fn is_indexed(self) -> bool {
        matches!(self, Self::Element | Self::Hidden)
    }
}
