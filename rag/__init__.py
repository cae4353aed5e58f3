"""Question -> answer with its proof. Imports index, never web or eval."""
