// Asks what was built, in Node.
const { default: built } = await import(`./dist/${process.argv[2]}.js`);
const answer = await built.fetch(new Request(`http://built/?${process.env.MATRIX_SERVER}`));
console.log(await answer.text());
