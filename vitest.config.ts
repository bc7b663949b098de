import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        // Needs only its own module: part of `npm run check`.
        test: {
          name: 'unit',
          include: ['{app,db,sdk}/**/*.test.ts', 'test/*.test.ts'],
          exclude: ['**/node_modules/**'],
        },
      },
    ],
  },
})
